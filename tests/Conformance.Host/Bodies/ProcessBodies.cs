using System.Diagnostics;

namespace Patchy.Conformance.Bodies;

/// <summary>Child processes and what else waits for the operating system.</summary>
internal static class ProcessBodies
{
    private static Process Shell(string script)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        return Process.Start(start)!;
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void WaitForExit_Waits_AndTellsTheCode(Outcome o)
    {
        using Process p = Shell("read go; sleep 0.1; exit 3");
        o.Took("timeout", 20, () => p.WaitForExit(20));
        o.Took("span", 20, () => p.WaitForExit(TimeSpan.FromMilliseconds(20)));
        p.StandardInput.WriteLine("go");
        o.Took("WaitForExit", 20, () => p.WaitForExit());
        o.Say("code", p.ExitCode);
        o.Does("again", () => p.WaitForExit(0));
        o.Say("exited", p.HasExited);
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void Output_IsReadAsItComes(Outcome o)
    {
        using Process p = Shell("echo one; sleep 0.3; echo two; echo err >&2");
        o.Does("line", () => p.StandardOutput.ReadLine());
        o.Took("next line", 50, () => p.StandardOutput.ReadLine());
        o.Does("rest", () => p.StandardOutput.ReadToEnd());
        o.Does("error", () => p.StandardError.ReadToEnd());
        p.WaitForExit();
        o.Say("code", p.ExitCode);
    }

    [Body(MayHold = 150)]
    public static void Input_IsWritten(Outcome o)
    {
        using Process p = Shell("cat");
        for (int i = 0; i < 3; i++)
        {
            p.StandardInput.WriteLine("line " + i);
            p.StandardInput.Flush();
            o.Does("echoed", () => p.StandardOutput.ReadLine());
        }

        // More than the two pipes hold: the writer waits until the reader below has read.
        Partner writer = Partner.Start(() =>
        {
            p.StandardInput.Write(new string('y', 200_000));
            p.StandardInput.Close();
        });
        o.Does("rest", () => p.StandardOutput.ReadToEnd().Length);
        writer.Join();
        p.WaitForExit();
        o.Say("code", p.ExitCode);
    }

    [Body(Blocks = 30, MayHold = 150)]
    public static void OutputEvents_AndKill_Work(Outcome o)
    {
        using Process p = Shell("echo event; exec sleep 30");
        using var seen = new ManualResetEventSlim();
        p.OutputDataReceived += (_, e) =>
        {
            if (e.Data == "event") seen.Set();
        };
        p.BeginOutputReadLine();
        o.Does("event", () => seen.Wait(5000));
        Partner killer = Partner.Later(() => p.Kill());
        o.Took("WaitForExit", 30, () => p.WaitForExit(10_000));
        killer.Join();
        o.Say("code", p.ExitCode);
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void WaitForExit_OfAProcessThatIsNoChild_Waits(Outcome o)
    {
        using Process parent = Shell("sleep 30 & child=$!; echo $child; read go; sleep 0.2; kill $child; wait; echo over");
        using Process other = Process.GetProcessById(int.Parse(parent.StandardOutput.ReadLine()!));
        o.Took("timeout", 30, () => other.WaitForExit(30));
        parent.StandardInput.WriteLine("go");
        o.Took("WaitForExit", 100, () => other.WaitForExit());
        o.Say("exited", other.HasExited);
        o.Does("over", () => parent.StandardOutput.ReadLine());
        parent.WaitForExit();
    }

    [Body(Blocks = 40, MayHold = 150)]
    public static void WaitForExitAsync_AndTheEvent_AreWaitedFor(Outcome o)
    {
        using Process p = Shell("sleep 0.2");
        using var exited = new ManualResetEventSlim();
        p.EnableRaisingEvents = true;
        p.Exited += (_, _) => exited.Set();
        o.Took("WaitForExitAsync", 100, () => p.WaitForExitAsync().Wait());
        o.Does("Exited", () => exited.Wait(5000));
        o.Say("code", p.ExitCode);
    }

    [Body(Blocks = 40, MayHold = 150)]
    public static void ManyChildren_AllAreReaped(Outcome o)
    {
        int sum = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 10).Select(n => Partner.Start(n % 3 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            using Process p = Shell($"sleep 0.05; exit {n}");
            p.WaitForExit();
            Interlocked.Add(ref sum, p.ExitCode);
        }))]);
        o.Say("sum", sum);
    }

    [Body]
    public static void Start_NoSuchFile_Throws(Outcome o) => o.Does("Start", () => Process.Start("/nonexistent/patchy"));

    [Body(Blocks = 30, MayHold = 150)]
    public static void FileSystemWatcher_WaitForChanged_Waits(Outcome o)
    {
        string folder = Directory.CreateTempSubdirectory("patchy").FullName;
        using (var watcher = new FileSystemWatcher(folder))
        {
            o.Took("nothing", 40, () => watcher.WaitForChanged(WatcherChangeTypes.All, 40).TimedOut);
            using var stop = new ManualResetEventSlim();
            Partner writer = Partner.Start(() =>
            {
                for (int i = 0; !stop.Wait(30); i++) File.WriteAllText(Path.Combine(folder, "file" + i), "x");
            });
            o.Does("created", () => watcher.WaitForChanged(WatcherChangeTypes.Created, 5000).ChangeType);
            stop.Set();
            writer.Join();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Body]
    public static void Files_AreReadAndWritten(Outcome o)
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-{Guid.NewGuid():N}.txt");
        File.WriteAllText(path, new string('f', 100_000));
        o.Does("read", () => File.ReadAllText(path).Length);
        o.Does("async", () => File.ReadAllTextAsync(path).Result.Length);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            o.Does("locked", () => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Length);
            o.Does("read", () => stream.ReadByte());
        }

        File.Delete(path);
        o.Does("gone", () => File.ReadAllText(path));
    }

    [Body]
    public static void Finalizers_CanBeWaitedFor(Outcome o)
    {
        int finalized = 0;
        Make();
        for (int i = 0; i < 10 && Volatile.Read(ref finalized) == 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        o.Say("finalized", finalized > 0);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Make() => _ = new Finalized(() =>
        {
            Thread.Sleep(5);
            Interlocked.Increment(ref finalized);
        });
    }

    private sealed class Finalized(Action action)
    {
        ~Finalized() => action();
    }
}
