using System.Diagnostics;
using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>A sleep of no time is a place where a kill and a timeout come through, as gevent.sleep(0) is.</summary>
public sealed class CooperativeSleepTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    public static TheoryData<FiberKind, string> Ways
    {
        get
        {
            var all = new TheoryData<FiberKind, string>();
            foreach (FiberKind kind in TestKinds.All)
                foreach (string way in new[] { nameof(Thread.Sleep), nameof(Thread.Yield) }) all.Add(kind, way);
            return all;
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public void LoopOfSleepZero_Killed_Ends(FiberKind kind, string way) => OnHub.Run(kind, () =>
    {
        bool stop = false;
        Greenlet looping = Greenlet.Spawn(() => { while (!Volatile.Read(ref stop)) Pause(way); });
        Greenlet.Yield();
        bool ended = looping.Kill(new GreenletExit(), s_patience);
        stop = true;
        ended.Should().BeTrue();
        looping.Exit.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Ways))]
    public void LoopOfSleepZero_TimedOut_Ends(FiberKind kind, string way) => OnHub.Run(kind, () =>
    {
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => { while (true) { others++; Greenlet.Yield(); } });
        Greenlet.Yield();
        int before = others;
        long started = Stopwatch.GetTimestamp();
        GreenletTimeout.TryRun(s_moment, () => { while (Stopwatch.GetElapsedTime(started) < s_patience) Pause(way); }).Should().BeFalse();
        others.Should().BeGreaterThan(before);
        other.Kill();
    });

    [Theory, MemberData(nameof(Ways))]
    public void LoopOfSleepZero_KilledByAnotherThread_WithNobodyElseReady_Ends(FiberKind kind, string way) => OnHub.Run(kind, () =>
    {
        Greenlet self = Greenlet.Current!;
        var killer = new Thread(() => { Thread.Sleep(s_moment); self.Throw(new FormatException()); });
        killer.StartNatively();
        long started = Stopwatch.GetTimestamp();
        ((Action)(() => { while (Stopwatch.GetElapsedTime(started) < s_patience) Pause(way); })).Should().Throw<FormatException>();
    });

    [Theory, MemberData(nameof(Ways))]
    public void SleepOfTheClassLibrary_WithAKillPending_LeavesItToTheNextOfTheUsers(FiberKind kind, string way) => OnHub.Run(kind, () =>
    {
        // Where it spins it has begun something: an exception would leave its inner lock held.
        bool cameBack = false, passed = false;
        Greenlet killed = Greenlet.Spawn(() =>
        {
            Greenlet.Current!.Kill(new GreenletExit(), block: false);
            for (int milliseconds = 0; milliseconds < 2; milliseconds++) FromFramework(way, milliseconds);
            cameBack = true;
            Pause(way);
            passed = true;
        });
        killed.Join();
        (cameBack, passed).Should().Be((true, false));
        killed.Exit.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Ways))]
    public void Finally_WithSleepZeroInIt_RunsToItsEnd(FiberKind kind, string way) => OnHub.Run(kind, () =>
    {
        bool cleaned = false;
        Greenlet killed = Greenlet.Spawn(() =>
        {
            try
            {
                Greenlet.Sleep(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                for (int i = 0; i < 3; i++) Pause(way);
                cleaned = true;
            }
        });
        Greenlet.Yield();
        killed.Kill();
        cleaned.Should().BeTrue();
    });

    private static void Pause(string way)
    {
        if (way == nameof(Thread.Sleep)) CooperativeSleep.Sleep(0);
        else _ = CooperativeSleep.Yield();
    }

    /// <summary>The delegate is the replacement itself, so that the frame above it is the framework's.</summary>
    private static void FromFramework(string way, int milliseconds)
    {
        if (way == nameof(Thread.Yield)) _ = new Lazy<bool>(CooperativeSleep.Yield).Value;
        else Array.ForEach([milliseconds], CooperativeSleep.Sleep);
    }
}
