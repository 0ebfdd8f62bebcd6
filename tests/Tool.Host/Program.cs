using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Tool.Host;

/// <summary>Patchy.Tool.Host WORD [ARGUMENTS]: says or does one thing, for tests of how it was started.</summary>
internal static class Program
{
    private static int Main(string[] args) => args[0] switch
    {
        "exit" => int.Parse(args[1]),
        "arguments" => Arguments(args.Length),
        "echo" => Echo(),
        "signal" => Signal(),
        "wait" => Wait(),
        "loaded" => Loaded(),
        "child" => Child(args[1..]),
        "surroundings" => Surroundings.Print(),
        "terminal" => Terminal(),
        _ => 99,
    };

    /// <summary>As the kernel has them, in hexadecimal: what they are as strings is another question.</summary>
    private static int Arguments(int count)
    {
        string text = Convert.ToHexStringLower(File.ReadAllBytes("/proc/self/cmdline"));
        string[] words = [.. text.Chunk(2).Select(static pair => new string(pair)).Aggregate(new List<string> { "" }, static (words, pair) =>
        {
            if (pair == "00") words.Add("");
            else words[^1] += pair;
            return words;
        })];
        foreach (string word in words[..^1][^count..]) Console.WriteLine($"<{word}>");
        return 0;
    }

    private static int Echo()
    {
        while (Console.ReadLine() is { } line) Console.WriteLine($"> {line}");
        Console.Error.WriteLine("end of input");
        return 0;
    }

    private static int Signal()
    {
        using var caught = new ManualResetEventSlim();
        PosixSignal which = default;
        void Catch(PosixSignalContext context)
        {
            context.Cancel = true;
            which = context.Signal;
            caught.Set();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Catch);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Catch);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Catch);
        Console.WriteLine($"ready {Environment.ProcessId}");
        caught.Wait();
        Console.WriteLine($"caught {which}");
        return 40;
    }

    private static int Wait()
    {
        Console.WriteLine($"ready {Environment.ProcessId}");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static int Loaded()
    {
        bool patchy = AppDomain.CurrentDomain.GetAssemblies().Any(static assembly => assembly.GetName().Name == "Patchy");
        Console.WriteLine(patchy ? "patched" : "not patched");
        return 0;
    }

    /// <summary>Starts this program once more, with these words, and says what it said.</summary>
    private static int Child(string[] words)
    {
        Loaded();
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. words]) { RedirectStandardOutput = true };
        using Process child = Process.Start(start)!;
        Console.WriteLine($"child: {child.StandardOutput.ReadToEnd().Trim()}");
        child.WaitForExit();
        return child.ExitCode;
    }

    private static int Terminal()
    {
        Console.WriteLine($"terminal {!Console.IsInputRedirected} {!Console.IsOutputRedirected}");
        Console.WriteLine($"foreground {tcgetpgrp(0) == getpgrp()}");
        Console.WriteLine($"read {Console.ReadLine()}");
        return 0;
    }

    [DllImport("libc")]
    private static extern int tcgetpgrp(int terminal);

    [DllImport("libc")]
    private static extern int getpgrp();
}
