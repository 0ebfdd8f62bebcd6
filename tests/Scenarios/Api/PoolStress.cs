using Patchy.Events;
using Patchy.Pools;

namespace Patchy.Scenarios;

/// <summary>Group, Pool and NativeThreadPool: no place and no piece of work lost or doubled, never more at once than the bound; with kills, timeouts and tries.</summary>
internal sealed class PoolStress : SharedStress
{
    private const int Times = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    protected override void Round(int seed)
    {
        Greenlets(seed, kills: false);
        Greenlets(seed, kills: true);
        Maps(seed);
        NativeThreads(seed);
    }

    private void Greenlets(int seed, bool kills)
    {
        const int Size = 20;
        var pool = new Pool(Size);
        int running = 0, most = 0, begun = 0, ended = 0, full = 0, started = 0, interrupted = 0;
        var spawners = new Greenlet?[All];
        void Work(int dice)
        {
            int now = Interlocked.Increment(ref running);
            Interlocked.Increment(ref begun);
            Peak.Note(ref most, now);
            try
            {
                if (dice % 3 == 0) Greenlet.Yield();
                if (dice % 11 == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            }
            finally
            {
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref ended);
            }
        }
        bool all = OnAll(number =>
        {
            var mine = new List<Greenlet>();
            if (number >= Natives) spawners[number] = Greenlet.Running;
            for (int i = 0; i < Times; i++)
            {
                int dice = Dice(number, i, seed);
                try
                {
                    if (kills && dice % 13 == 0 && spawners[Natives + (dice % (All - Natives))] is { Dead: false } victim && victim != Greenlet.Running) victim.Kill(new GreenletExit(), block: false);
                    if (kills && dice % 17 == 0 && pool.FirstOrDefault() is { } member) pool.KillOne(member, null, block: false);
                    if (dice % 5 == 0)
                    {
                        var greenlet = new Greenlet(() => Work(dice));
                        pool.Start(greenlet, TimeSpan.FromMilliseconds(dice % 2));
                        mine.Add(greenlet);
                    }
                    else
                    {
                        mine.Add(pool.Spawn(() => Work(dice)));
                    }
                    Interlocked.Increment(ref started);
                }
                catch (PoolFullException)
                {
                    Interlocked.Increment(ref full);
                }
                catch (GreenletExit)
                {
                    Interlocked.Increment(ref interrupted);
                }
            }
            // The greenlets of a native thread's hub run while that thread waits here.
            foreach (Greenlet greenlet in mine)
            {
                while (!greenlet.Dead)
                {
                    try { greenlet.Join(); }
                    catch (GreenletExit) { Interlocked.Increment(ref interrupted); }
                }
            }
        });
        all &= pool.Join(s_patience); // the last ones may leave a little after they were seen to be dead: in a callback of their hub
        AwaitPlaces(pool, Size);
        bool exact = kills ? begun <= started : begun == started;
        Count(started + full);
        Check(kills ? "Pool with kills" : "Pool", all && pool.Count == 0 && pool.FreeCount == Size && running == 0 && most <= Size && begun == ended && exact,
            $"all {all}, count {pool.Count}, free {pool.FreeCount}, running {running}, most {most}, started {started}, begun {begun}, ended {ended}, full {full}, interrupted {interrupted}");
    }

    /// <summary>Who leaves is counted out first and gives its place back just afterwards, on its own thread.</summary>
    private static void AwaitPlaces(Pool pool, int size)
    {
        for (long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds; pool.FreeCount != size && Environment.TickCount64 < end;) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    }

    private void Maps(int seed)
    {
        var pool = new Pool(50);
        long sum = 0, expected = 0;
        bool wrong = false;
        bool all = OnAll(number =>
        {
            int[] input = [.. Enumerable.Range(Dice(number, 0, seed) % 1000, 3)];
            Interlocked.Add(ref expected, input.Sum(item => 2L * item));
            IEnumerable<long> results = number % 2 == 0 ? pool.Map(item => 2L * item, input) : pool.IMap(item => 2L * item, input, maxSize: 1);
            int at = 0;
            foreach (long result in results)
            {
                wrong |= result != 2L * input[at++];
                Interlocked.Add(ref sum, result);
            }
            wrong |= at != input.Length;
        });
        all &= pool.Join(s_patience);
        AwaitPlaces(pool, 50);
        Count(All * 3);
        Check("Map and IMap", all && !wrong && sum == expected && pool.Count == 0 && pool.FreeCount == 50, $"all {all}, wrong {wrong}, sum {sum} of {expected}, count {pool.Count}, free {pool.FreeCount}");
    }

    private void NativeThreads(int seed)
    {
        const int Size = 4;
        using var pool = new NativeThreadPool(Size);
        using var executor = new NativeThreadExecutor(2);
        int running = 0, most = 0, done = 0, expected = 0, wrong = 0, late = 0;
        int Work(int dice)
        {
            int now = Interlocked.Increment(ref running);
            Peak.Note(ref most, now);
            if (dice % 7 == 0) Thread.SpinWait(2000);
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
            return dice;
        }
        bool all = OnAll(number =>
        {
            int dice = Dice(number, 1, seed);
            Interlocked.Increment(ref expected);
            AsyncResult<int> result = pool.Spawn(() => Work(dice));
            try
            {
                if (dice % 3 == 0) result.Get(TimeSpan.FromMilliseconds(1));
            }
            catch (GreenletTimeout)
            {
                Interlocked.Increment(ref late);
            }
            if (result.Get() != dice) Interlocked.Increment(ref wrong);
            if (executor.Submit(() => dice + 1).Get() != dice + 1) Interlocked.Increment(ref wrong);
        });
        pool.Join();
        Count(2L * expected);
        Check("NativeThreadPool", all && wrong == 0 && done == expected && running == 0 && most <= Size && pool.Count == 0,
            $"all {all}, wrong {wrong}, done {done} of {expected}, running {running}, most {most}, late {late}, {pool}");
    }

    private static int Dice(int number, int step, int seed) => (int)(unchecked((uint)((number * 7919) + (step * 104729) + (seed * 31) + 17)) * 2654435761u >> 8);
}
