using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Kills, timeouts and interrupts: an operation has happened, or it was interrupted, never both and never neither (K.., T.., L6, Q3).</summary>
public sealed class QueueInterruptTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    private static QueueBase<int>[] All(params int[] items) => [new SimpleQueue<int>(1, items), new JoinableQueue<int>(1, items), new LifoQueue<int>(1, items), new PriorityQueue<int>(1, items)];

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_OfAGetterThatWaits_TheNextItemStays(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in All())
        {
            Greenlet killed = Greenlet.Spawn(() => queue.Get());
            Greenlet<int> next = Greenlet.Spawn(queue.Get);
            Greenlet.Yield();
            killed.Kill(new GreenletExit(), block: false);
            queue.Put(1); // before the killed one has run
            next.Get().Should().Be(1);
            killed.Join();
            queue.Put(2);
            queue.Count.Should().Be(1);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_OfAGetterThatHasItsItem_ComesAtItsNextWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in All())
        {
            int got = 0;
            bool killed = false;
            Greenlet getter = Greenlet.Spawn(() =>
            {
                got = queue.Get();
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (GreenletExit) { killed = true; }
            });
            Greenlet.Yield();
            queue.Put(1);
            getter.Kill();
            got.Should().Be(1, "the item was its own already: an exception in its place would lose it");
            killed.Should().BeTrue();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_OfAPutter_ItsItemIsInTheQueueOrNot(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in All(1))
        {
            Greenlet killed = Greenlet.Spawn(() => queue.Put(2));
            bool done = false, raised = false;
            Greenlet lucky = Greenlet.Spawn(() =>
            {
                queue.Put(3);
                done = true;
                try { Greenlet.Yield(); }
                catch (GreenletExit) { raised = true; }
            });
            Greenlet.Yield();
            killed.Kill(new GreenletExit(), block: false);
            queue.Get().Should().Be(1); // the place goes to the second putter at once
            lucky.Kill();
            (done, raised).Should().Be((true, true), "its item is in the queue: the kill comes at its next wait");
            killed.Join();
            queue.Get().Should().Be(3);
            queue.IsEmpty.Should().BeTrue();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_Pending_DoesNotStopWhatNeedNotWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(null, [1]);
        bool got = false;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception) { } // swallowed: it is raised again at the next wait
            got = queue.Get() == 1;
            queue.Put(2);
            queue.Get();
            queue.Get(); // a wait
            got = false;
        });
        Greenlet.Yield();
        greenlet.Kill();
        got.Should().BeTrue();
        queue.IsEmpty.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Timeout_RoundAGet_IsRaisedAndNoItemIsLost(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in All())
        {
            using (GreenletTimeout timeout = GreenletTimeout.Start(Till.Soon))
                ((Action)(() => queue.Get(TimeSpan.FromSeconds(30)))).Should().Throw<GreenletTimeout>("gevent: a foreign Timeout is not turned into Empty").Which.Should().BeSameAs(timeout);
            queue.Put(1);
            using (GreenletTimeout timeout = GreenletTimeout.Start(Till.Soon))
                ((Action)(() => queue.Put(2))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
            queue.Count.Should().Be(1);
            queue.Get().Should().Be(1);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Interrupt_OfANativeThreadThatWaits_LosesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in All())
        {
            Native getter = Native.Start(() => queue.Get());
            Till.True(() => getter.IsBlocked);
            getter.Interrupt();
            ((Action)getter.Finish).Should().Throw<ThreadInterruptedException>();
            queue.Put(1);
            queue.Count.Should().Be(1);
            Native putter = Native.Start(() => queue.Put(2));
            Till.True(() => putter.IsBlocked);
            putter.Interrupt();
            ((Action)putter.Finish).Should().Throw<ThreadInterruptedException>();
            queue.Get().Should().Be(1);
            queue.IsEmpty.Should().BeTrue();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void RacingKillsAndTimeouts_FromANativeThread_EveryItemIsGotOrLeft(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Rounds = 300, Items = 4;
        foreach (QueueBase<int> queue in All())
        {
            int got = 0, put = 0;
            for (int round = 0; round < Rounds; round++)
            {
                Greenlet[] getters = [.. Enumerable.Range(0, Items).Select(i => Greenlet.Spawn(() =>
                {
                    if (i % 2 == 0)
                    {
                        queue.Get();
                        got++;
                    }
                    else if (queue.TryGet(out _, TimeSpan.FromTicks(50 * i))) got++;
                }))];
                Greenlet[] putters = [.. Enumerable.Range(0, Items).Select(i => Greenlet.Spawn(() => { if (queue.TryPut(i, TimeSpan.FromTicks(80 * i))) put++; }))];
                Greenlet.Yield();
                int turn = round;
                Native killer = Native.Start(() =>
                {
                    Thread.SpinWait(turn % 50 * 20);
                    for (int i = 0; i < Items; i += 2) getters[i].Kill(new GreenletExit(), block: false);
                });
                Greenlet.JoinAll(putters);
                killer.Finish();
                Greenlet.JoinAll(getters);
            }
            int left = 0;
            while (queue.TryGet(out _)) left++;
            (got + left).Should().Be(put, $"{queue}: each item that was put was got once or is still there");
        }
    });
}
