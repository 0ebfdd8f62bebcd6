using Microsoft.Win32.SafeHandles;

namespace Patchy.Conformance.Bodies;

/// <summary>A terminal behind standard input: every key arrives alone.</summary>
internal static class TerminalBodies
{
    private static readonly Lazy<SafeFileHandle> s_keyboard = new(() =>
    {
        (SafeFileHandle keyboard, SafeFileHandle terminal) = Native.MakeTerminal();
        Native.PutBehind(0, terminal);
        terminal.Dispose();

        // What the terminal echoes must be taken, or it stops.
        var echo = new FileStream(Native.Duplicate((int)keyboard.DangerousGetHandle()), FileAccess.Read, 0);
        Partner.Start(PartnerKind.Native, () =>
        {
            byte[] y = new byte[256];
            while (echo.Read(y) > 0)
            {
            }
        });
        return keyboard;
    });

    /// <summary>Console asks once what standard input is, and a warning of Patch.All() may be the first to use it.</summary>
    public static void Prepare() => _ = s_keyboard.Value;

    private static Partner Type(PartnerKind kind, params string[] keys)
    {
        SafeFileHandle keyboard = s_keyboard.Value;
        return Partner.Start(kind, () =>
        {
            using var to = new FileStream(Native.Duplicate((int)keyboard.DangerousGetHandle()), FileAccess.Write, 0);
            foreach (string key in keys)
            {
                Outcome.Settle();
                to.Write(System.Text.Encoding.ASCII.GetBytes(key));
            }
        });
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void ReadLine_WaitsForEveryKey(Outcome o, PartnerKind kind)
    {
        Partner typist = Type(kind, "a", "b", "c\n", "next\n");
        o.Say("redirected", Console.IsInputRedirected);
        o.Took("ReadLine", 150, () => Console.ReadLine());
        o.Took("next", 20, () => Console.In.ReadLine());
        typist.Join();
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void ReadKey_WaitsForAKey(Outcome o, PartnerKind kind)
    {
        Partner typist = Type(kind, "k", "\n", "\t");
        o.Took("key", 30, () => Console.ReadKey(intercept: true).KeyChar);
        o.Took("enter", 20, () => Console.ReadKey().Key);
        o.Took("tab", 20, () => Console.ReadKey(true).Key);
        typist.Join();
        o.Say("more", Console.KeyAvailable);
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void Read_AndTheStream_WaitForALine(Outcome o, PartnerKind kind)
    {
        Partner typist = Type(kind, "r", "\n");
        o.Took("Read", 60, () => Console.Read());
        o.Does("end of line", () => Console.Read());
        typist.Join();
        byte[] y = new byte[16];
        typist = Type(kind, "stream\n");
        o.Took("stream", 30, () => Console.OpenStandardInput().Read(y, 0, 16));
        typist.Join();
    }

    [Body(Blocks = 30)]
    public static void KeyAvailable_Polled_SeesTheKey(Outcome o, PartnerKind kind)
    {
        Partner typist = Type(kind, "p");
        o.Took("poll", 30, () =>
        {
            while (!Console.KeyAvailable) Thread.Sleep(5);
            return Console.ReadKey(true).KeyChar;
        });
        typist.Join();
    }
}
