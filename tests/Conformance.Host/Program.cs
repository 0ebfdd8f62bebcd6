using System.Diagnostics;
using System.Globalization;

namespace Patchy.Conformance;

/// <summary>
/// <c>host run MODE GROUP [after BODY | only BODY] [limit SECONDS]</c> runs the bodies of a group one after the other, so that who kept the
/// hub is never in doubt; <c>host list</c> names them all.
/// </summary>
internal static class Program
{
    // Not through Console: no lock of it between the bodies and the report, bodies put other things behind 0 and 1, and the first use of Console decides what those are.
    private static readonly Stream s_output = new FileStream(Native.Duplicate(1), FileAccess.Write, 0);

    private static int Main(string[] args)
    {
        if (args is ["list"])
        {
            foreach (BodyCase body in BodyCase.All()) Console.WriteLine($"{body.Group} {body.Name}");
            return 0;
        }

        if (args is not ["run", var modeName, var group, ..]) return Usage();
        HostMode mode = Enum.Parse<HostMode>(modeName);
        AsyncReader.IsOn = mode is HostMode.NativeWithReader or HostMode.FiberWithReader;
        IEnumerable<BodyCase> bodies = BodyCase.Of(group).Where(b => b.RunsIn(mode));
        int limit = 20;
        for (int i = 3; i + 1 < args.Length; i += 2)
        {
            string value = args[i + 1];
            if (args[i] == "after") bodies = bodies.SkipWhile(b => b.Name != value).Skip(1);
            else if (args[i] == "only") bodies = bodies.Where(b => b.Name == value);
            else if (args[i] == "limit") limit = int.Parse(value, CultureInfo.InvariantCulture);
            else return Usage();
        }

        BodyCase.Prepare(group);
        var watchdog = new Watchdog(Write, TimeSpan.FromSeconds(limit));
        Ticker nativeTicker = Ticker.Start("native ticker");
        BodyCase[] list = [.. bodies];
        if (mode is not (HostMode.Native or HostMode.NativeWithReader))
        {
            if (mode != HostMode.PatchedThread) Environment.SetEnvironmentVariable("PATCHY_FIBER", mode == HostMode.KernelFiber ? "kernel" : "user");
            if (mode == HostMode.SlowPath) Environment.SetEnvironmentVariable("PATCHY_SOCKETS", "slow");
            Patched.Apply();
        }

        Run(mode, list, watchdog, nativeTicker);
        return 0;
    }

    private static void Run(HostMode mode, BodyCase[] bodies, Watchdog watchdog, Ticker nativeTicker)
    {
        // In the green modes this first thread becomes a greenlet because the thread that patched starts it; in PatchedThread mode a pool
        // thread starts it, so it stays native while the ticker is a greenlet.
        Ticker? ticker = null;
        var started = new Thread(() => ticker = Ticker.Start("green ticker"));
        started.Start();
        started.Join();
        var runner = new Thread(() =>
        {
            foreach (BodyCase body in bodies) RunOne(mode, body, watchdog, ticker!, nativeTicker);
        });
        if (mode == HostMode.PatchedThread) Task.Run(runner.Start).Wait();
        else runner.Start();
        runner.Join();
    }

    private static void RunOne(HostMode mode, BodyCase body, Watchdog watchdog, Ticker ticker, Ticker nativeTicker)
    {
        var outcome = new Outcome(mode);
        Write(new BodyReport { Body = body.Name });
        watchdog.Begin(body.Name, outcome);
        ticker.Reset();
        nativeTicker.Reset();
        long relieved = Patched.SleepersRelieved();
        double starved = Pressure.Total();
        long start = Stopwatch.GetTimestamp();
        var thread = new Thread(() => body.Run(outcome)) { Name = "body", IsBackground = true };
        thread.Start();
        thread.Join();
        double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double gap = ticker.Gap;
        int ticks = ticker.Ticks;
        double nativeGap = nativeTicker.Gap;
        starved = Pressure.Total() - starved;
        watchdog.End();
        Write(new BodyReport { Body = body.Name, Outcome = outcome.Lines, Ticks = ticks, GreenGap = gap, NativeGap = nativeGap, Starved = starved, Relieved = Patched.SleepersRelieved() - relieved, Milliseconds = ms });
    }

    private static void Write(BodyReport report)
    {
        s_output.Write(System.Text.Encoding.UTF8.GetBytes(report.ToLine() + "\n"));
        s_output.Flush();
    }

    private static int Usage()
    {
        Console.Error.WriteLine("host list | host run Native|PatchedThread|UserFiber|KernelFiber|SlowPath|NativeWithReader|FiberWithReader GROUP [after BODY] [only BODY] [limit SECONDS]");
        return 64;
    }
}
