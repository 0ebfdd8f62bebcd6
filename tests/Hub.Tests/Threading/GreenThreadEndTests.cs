using System.Diagnostics;
using FluentAssertions;
using Patchy.Scheduling;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>The last steps of green threads, which need kernel threads again, a few at a time.</summary>
public sealed class GreenThreadEndTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void End_OfManyWhileTheHubsOwnThreadBlocks_IsNotHeldUp(FiberKind kind) => OnHub.RunMonitored(kind, () =>
    {
        for (int round = 0; round < 10; round++) // not each finds the moment when some are on their way to their end and others wait
        {
            int over = 0;
            Thread[] threads = [.. Enumerable.Range(0, 50).Select(_ => new Thread(() => over++))];
            foreach (Thread thread in threads) CooperativeThread.Start(thread);
            AttachQueue queue = Hub.Current.Attachments;
            while (over < threads.Length || queue.HasWork || queue.HeapIndex >= 0) Greenlet.Yield();

            // As a thread of the pool that has gone back to it: in a wait that no hub knows of.
            long started = Stopwatch.GetTimestamp();
            while (Array.Exists(threads, static thread => thread.IsAlive) && Stopwatch.GetElapsedTime(started) < s_patience) NativeBlock.Milliseconds(30);

            threads.Count(static thread => thread.IsAlive).Should().Be(0, "a thread whose body is over ends, whatever the thread does that has started it");
        }
    });
}
