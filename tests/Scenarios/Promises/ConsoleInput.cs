using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Conformance;

namespace Patchy.Scenarios.Promises;

/// <summary>
/// Console on redirected input ("pipe") or on a terminal ("terminal"): a kill and a timeout end a read that waits, the next read gets what was typed,
/// spawned greenlets run meanwhile, and standard input stays a blocking descriptor for whoever shares it.
/// </summary>
internal sealed partial class ConsoleInput : IScenario
{
    private const int GetFlags = 3;
    private const int NonBlocking = 0x800;

    public int Run(string[] args)
    {
        bool terminal = args is ["terminal"];
        (SafeFileHandle far, SafeFileHandle near) = terminal ? Native.MakeTerminal() : Pipe();
        Native.PutBehind(0, near);
        near.Dispose();
        var typist = new FileStream(far, FileAccess.Write, 0);
        if (terminal) Drain(far);

        Patch.All();
        var checks = new Checks();
        string seen = "";
        Greenlet body = Greenlet.Spawn(() => seen = Body(checks, terminal, typist));
        body.Join();
        checks.That("the body ended well", body.Successful, body.Exception);
        checks.That("lines", seen == "first,second", seen);
        checks.That("standard input still blocks", (fcntl(0, GetFlags) & NonBlocking) == 0);
        return checks.Finish();
    }

    private static string Body(Checks checks, bool terminal, FileStream typist)
    {
        int ticks = 0;
        bool stop = false;
        Greenlet ticker = Greenlet.Spawn(() =>
        {
            while (!stop)
            {
                ticks++;
                Thread.Sleep(1);
            }
        });
        Func<string?> read = () => Console.ReadLine();
        if (!terminal) Console.SetIn(new StreamReader(Console.OpenStandardInput()));

        Greenlet<string?> killed = Greenlet.Spawn(read);
        for (int turn = 0; turn < 100 && ticks <= 10; turn++) Thread.Sleep(150); // once, but where the machine is slow
        checks.That("others run while a spawned greenlet reads", ticks > 10, ticks);
        killed.Kill();
        checks.That("a kill ends the read", killed.Ready && killed.Value is null);

        bool late = false;
        try
        {
            using GreenletTimeout limit = GreenletTimeout.StartNew(TimeSpan.FromMilliseconds(60));
            if (terminal) Console.ReadKey(intercept: true);
            else Console.ReadLine();
        }
        catch (GreenletTimeout)
        {
            late = true;
        }
        checks.That("a timeout ends the read", late);

        Greenlet typing = Greenlet.Spawn(() =>
        {
            foreach (char key in "first\nsecond\n")
            {
                Thread.Sleep(5);
                typist.WriteByte((byte)key);
            }
        });
        string lines = $"{Console.ReadLine()},{Console.ReadLine()}";
        typing.Join();

        // Output goes on while another greenlet waits for input.
        Greenlet<string?> reader = Greenlet.Spawn(read);
        Thread.Sleep(50);
        Console.Out.Write("");
        checks.That("the reader still waits", !reader.Ready);
        reader.Kill();
        stop = true;
        ticker.Join();
        return lines;
    }

    private static (SafeFileHandle Far, SafeFileHandle Near) Pipe()
    {
        (SafeFileHandle readEnd, SafeFileHandle writeEnd) = Native.MakePipe();
        return (writeEnd, readEnd);
    }

    /// <summary>What the terminal echoes must be taken, or it stops.</summary>
    private static void Drain(SafeFileHandle far)
    {
        var echo = new FileStream(Native.Duplicate((int)far.DangerousGetHandle()), FileAccess.Read, 0);
        Task.Factory.StartNew(() =>
        {
            byte[] buffer = new byte[256];
            while (echo.Read(buffer) > 0)
            {
            }
        }, TaskCreationOptions.LongRunning);
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command);
}
