using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Promises;

/// <summary>Code that really blocks, or computes for long, in a green thread: the others go on after a short while, and it comes back to the hub unharmed.</summary>
internal sealed class StuckCarrier : IScenario
{
    // Long beside what a busy machine needs to relieve the carrier (some wake-ups and a new kernel thread): a carrier that is never relieved pauses the others that long.
    private const int StuckMilliseconds = 2000;
    private const int LongestPause = 1500;

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);

    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        Stuck(checks, "a native call", () => _ = usleep(StuckMilliseconds * 1000));
        Stuck(checks, "a computation", () =>
        {
            long until = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * StuckMilliseconds / 1000);
            while (Stopwatch.GetTimestamp() < until)
            {
            }
        });
        Stuck(checks, "a static constructor", Slow.Touch);
        return checks.Finish();
    }

    private static void Stuck(Checks checks, string what, Action stuck)
    {
        int ticks = 0;
        long longest = 0, longestOfTheMachine = 0;
        bool stop = false;
        Task native = Vitals.Native(() =>
        {
            for (long last = Environment.TickCount64, now; !Volatile.Read(ref stop); last = now)
            {
                Thread.Sleep(1);
                now = Environment.TickCount64;
                longestOfTheMachine = Math.Max(longestOfTheMachine, now - last);
            }
        });
        var ticker = new Thread(() =>
        {
            long last = Environment.TickCount64;
            while (!stop)
            {
                Thread.Sleep(1);
                long now = Environment.TickCount64;
                longest = Math.Max(longest, now - last);
                last = now;
                ticks++;
            }
        });
        ticker.Start();
        Thread.Sleep(20);
        bool sameBefore = false, sameAfter = false;
        var t = new Thread(() =>
        {
            Thread me = Thread.CurrentThread;
            stuck();
            sameBefore = ReferenceEquals(me, Thread.CurrentThread);
            Thread.Sleep(5);
            sameAfter = ReferenceEquals(me, Thread.CurrentThread);
        });
        int before = ticks;
        t.Start();
        t.Join();
        int during = ticks - before;
        Volatile.Write(ref stop, true);
        ticker.Join();
        native.Wait();
        checks.That($"{what}: the others ran meanwhile", during > 10 && longest - longestOfTheMachine < LongestPause, $"{during} ticks, longest pause {longest} ms, {longestOfTheMachine} ms of a native thread");
        checks.That($"{what}: it came back as itself", sameBefore && sameAfter);
    }

    private static class Slow
    {
        static Slow()
        {
            // Another green thread wants the type while its constructor is parked: natively it waits for the runtime's lock.
            new Thread(static () => Touch()).Start();
            Thread.Sleep(StuckMilliseconds);
        }

        public static void Touch() => Thread.Yield();
    }
}
