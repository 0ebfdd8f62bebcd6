using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Queues between hubs and native threads (X1, X4).</summary>
public sealed class QueueThreadTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void X4_PutByANativeThread_WakesAGreenletWhileOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (SimpleQueue<int> queue in new[] { new SimpleQueue<int>(), new LifoQueue<int>(), new PriorityQueue<int>() })
        {
            int ticks = 0;
            Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
            Greenlet<int> getter = Greenlet.Spawn(queue.Get);
            Greenlet<int> peeker = Greenlet.Spawn(queue.Peek);
            Till.True(() => ticks > 5);
            getter.Dead.Should().BeFalse();
            Native.Run(() =>
            {
                queue.Put(1);
                queue.Put(1);
                Hub.IsHubThread().Should().BeFalse("a put makes no hub");
            });
            getter.Get().Should().Be(1);
            peeker.Get().Should().Be(1);
            queue.Count.Should().Be(1);
            ticker.Kill();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void MaxSize_RaisedWhileAnotherThreadTakes_LosesNothingAndKeepsTheOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Full = 64, Waiting = 8; // the store is full, too: its array is 64 long, and the items large, so that a bigger one takes its time
        for (int round = 0; round < 100; round++)
        {
            var queue = new SimpleQueue<Large>(Full);
            for (int i = 0; i < Full; i++) queue.Put(new Large { Number = i });
            Greenlet[] putters = [.. Enumerable.Range(Full, Waiting).Select(i => Greenlet.Spawn(() => queue.Put(new Large { Number = i })))];
            Greenlet.Yield();
            bool begin = false;
            var taken = new List<int>();
            Native taker = Native.Start(() =>
            {
                while (!Volatile.Read(ref begin)) Thread.SpinWait(10);
                while (taken.Count < Full + Waiting && queue.TryGet(out Large item, TimeSpan.FromSeconds(20))) taken.Add(item.Number);
            });
            begin = true;
            queue.MaxSize = null;
            Greenlet.JoinAll(putters);
            taker.Finish();
            taken.Should().Equal(Enumerable.Range(0, Full + Waiting));
        }
    });

    private struct Large
    {
        public int Number;
#pragma warning disable CS0169, IDE0044, IDE0051, CA1823 // its size counts
        private Room _room;
#pragma warning restore CS0169, IDE0044, IDE0051, CA1823
    }

    [System.Runtime.CompilerServices.InlineArray(1024)]
    private struct Room
    {
        public long First;
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NativeThread_GetAndPut_BlockItUntilAGreenletPutsAndGets(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (SimpleQueue<int> queue in new[] { new SimpleQueue<int>(1), new LifoQueue<int>(1), new PriorityQueue<int>(1) })
        {
            int got = 0, seen = 0;
            Native getter = Native.Start(() => got = queue.Get());
            Till.True(() => getter.IsBlocked);
            queue.Put(1);
            getter.Finish();
            got.Should().Be(1);
            Native peeker = Native.Start(() => seen = queue.Peek());
            Till.True(() => peeker.IsBlocked);
            queue.Put(2);
            peeker.Finish();
            seen.Should().Be(2);
            Native putter = Native.Start(() => queue.Put(3));
            Till.True(() => putter.IsBlocked);
            queue.Get().Should().Be(2);
            putter.Finish();
            queue.Get().Should().Be(3);
            Native.Run(() =>
            {
                queue.TryGet(out _, Till.Soon).Should().BeFalse();
                queue.Put(4);
                queue.TryPut(5, Till.Soon).Should().BeFalse();
            });
            Native waits = Native.Start(() => queue.Put(5));
            Till.True(() => waits.IsBlocked);
            queue.Shutdown();
            ((Action)waits.Finish).Should().Throw<QueueShutDownException>();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void TwoHubs_ProducerAndConsumer_KeepTheOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(8), new JoinableQueue<int>(), new Channel<int>() })
        {
            const int Items = 2000;
            Native other = Native.Start(() => OnHub.Run(kind, () =>
            {
                Greenlet producer = Greenlet.Spawn(() => { for (int i = 0; i < Items; i++) queue.Put(i); });
                producer.Join();
                queue.Shutdown();
            }));
            var got = new List<int>();
            Greenlet consumer = Greenlet.Spawn(() => { foreach (int item in queue) got.Add(item); });
            consumer.Join();
            other.Finish();
            got.Should().Equal(Enumerable.Range(0, Items));
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ManyOnEachSide_HubsAndThreads_EveryItemOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Producers = 6, Items = 300;
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(5), new LifoQueue<int>(5), new PriorityQueue<int>(5), new Channel<int>() })
        {
            int[] seen = new int[Producers * Items];
            void Produce(int producer)
            {
                for (int i = 0; i < Items; i++) queue.Put(producer * Items + i);
            }
            void Consume()
            {
                foreach (int item in queue) Interlocked.Increment(ref seen[item]);
            }
            Greenlet[] consumers = [Greenlet.Spawn(Consume), Greenlet.Spawn(Consume)];
            Native[] nativeConsumers = [Native.Start(Consume), Native.Start(Consume), Native.Start(() => OnHub.Run(kind, Consume))];
            Greenlet[] producers = [.. Enumerable.Range(0, 2).Select(p => Greenlet.Spawn(() => Produce(p)))];
            Native[] nativeProducers = [Native.Start(() => Produce(2)), Native.Start(() => Produce(3)), Native.Start(() => OnHub.Run(kind, () =>
                Greenlet.JoinAll(Greenlet.Spawn(() => Produce(4)), Greenlet.Spawn(() => Produce(5)))))];
            Greenlet.JoinAll(producers);
            foreach (Native native in nativeProducers) native.Finish();
            queue.Shutdown();
            Greenlet.JoinAll(consumers);
            foreach (Native native in nativeConsumers) native.Finish();
            seen.Should().OnlyContain(times => times == 1);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SteadyState_PutGetAndHandOver_AllocateNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<object> queue in new QueueBase<object>[] { new SimpleQueue<object>(), new JoinableQueue<object>(4), new LifoQueue<object>() })
        {
            object item = new();
            long PutAndGet()
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++)
                {
                    queue.Put(item);
                    queue.Get();
                }
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }
            PutAndGet();
            PutAndGet().Should().Be(0);
        }
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(), new SimpleQueue<int>(1), new PriorityQueue<int>(), new Channel<int>() })
        {
            long inGetter = -1, inPutter = -1;
            Greenlet getter = Greenlet.Spawn(() => inGetter = Least(() => queue.Get()));
            Greenlet putter = Greenlet.Spawn(() => inPutter = Least(() => { queue.Put(1); Greenlet.Yield(); }));
            Greenlet.JoinAll(getter, putter);
            inGetter.Should().Be(0, $"a getter of {queue} that parks uses the link of the last wait again");
            inPutter.Should().Be(0);
        }
        // Each greenlet has a CLR thread, and so its own count. The first rounds compile and make the arrays.
        static long Least(Action action)
        {
            long least = long.MaxValue;
            for (int round = 0; round < 5; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 100; i++) action();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }
            return least;
        }
    });
}
