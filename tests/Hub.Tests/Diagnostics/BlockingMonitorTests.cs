using System.Collections.Concurrent;
using System.Diagnostics;
using FluentAssertions;
using Patchy.Diagnostics;
using Xunit;

namespace Patchy.Tests.Diagnostics;

/// <summary>gevent's EventLoopBlocked: who keeps the carrier is reported, again and again, as long as others wait for it.</summary>
public sealed class BlockingMonitorTests
{
    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EventLoopBlocked_GreenletComputesWhileOthersAreReady_IsRaisedAgainAndAgain(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var seen = new ConcurrentQueue<EventLoopBlockedEventArgs>();
        Greenlet? hog = null;
        void OnBlocked(object? hub, EventLoopBlockedEventArgs blocked)
        {
            if (blocked.Greenlet != hog) return; // other tests' hubs may still be there
            seen.Enqueue(blocked);
            if (seen.Count == 1) throw new FormatException("a handler that fails must not end the monitor");
        }
        RunReported(OnBlocked, TextWriter.Null, () => hog = Greenlet.Spawn(() => { while (seen.Count < 2) Thread.SpinWait(100); }));
        EventLoopBlockedEventArgs first = seen.First(), second = seen.ElementAt(1);
        first.Hub.Should().BeSameAs(Hub.Current);
        first.BlockingTime.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(30));
        second.BlockingTime.Should().BeGreaterThan(first.BlockingTime, "gevent repeats the report each period while it is still blocked");
        first.Info.Should().StartWith($"{hog!.Name} has kept the carrier of {Hub.Current}").And.Contain($"{hog.Name}: running");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EventLoopBlocked_GreenletHoldsStandardErrorAndAHandlerFails_IsRaisedAgain(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // The monitor says so on standard error. If it waited for the greenlet there, nobody would relieve blocked hubs any more.
        Greenlet? hog = null;
        int seen = 0;
        void OnBlocked(object? hub, EventLoopBlockedEventArgs blocked)
        {
            if (blocked.Greenlet != hog) return;
            Interlocked.Increment(ref seen);
            throw new FormatException("a handler that fails while the lock of standard error is held: written past it");
        }
        RunReported(OnBlocked, new StringWriter(), () => hog = Greenlet.Spawn(() =>
        {
            var clock = Stopwatch.StartNew();
            lock (Console.Error)
                while (Volatile.Read(ref seen) < 3 && clock.Elapsed < TimeSpan.FromSeconds(30)) Thread.SpinWait(100);
        }));
        Volatile.Read(ref seen).Should().BeGreaterThanOrEqualTo(3);
    });

    [Fact]
    public void MaxBlockingTime_NotAboveZero_Throws() =>
        FluentActions.Invoking(static () => BlockingMonitor.MaxBlockingTime = TimeSpan.Zero).Should().Throw<ArgumentOutOfRangeException>();

    /// <summary>Reports after 30 ms, with another greenlet that is to run.</summary>
    private static void RunReported(EventHandler<EventLoopBlockedEventArgs> onBlocked, TextWriter error, Func<Greenlet> startHog)
    {
        TimeSpan before = BlockingMonitor.MaxBlockingTime;
        BlockingMonitor.MaxBlockingTime = TimeSpan.FromMilliseconds(30);
        BlockingMonitor.EventLoopBlocked += onBlocked;
        TextWriter errorBefore = Console.Error;
        Console.SetError(error);
        try
        {
            Greenlet.JoinAll(startHog(), Greenlet.Spawn(() => { }));
        }
        finally
        {
            BlockingMonitor.EventLoopBlocked -= onBlocked;
            BlockingMonitor.MaxBlockingTime = before;
            Console.SetError(errorBefore);
        }
    }
}
