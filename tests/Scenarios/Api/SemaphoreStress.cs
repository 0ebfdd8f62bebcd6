using Patchy.Locks;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Scenarios;

/// <summary>Semaphores and RLock: never more inside than permits, none lost, none made; with timeouts, tries, barging and kills.</summary>
internal sealed class SemaphoreStress : SharedStress
{
    private const int Times = 12;

    protected override void Round(int seed)
    {
        Permits(new Semaphore(5), 5, seed, kills: false);
        Permits(new BoundedSemaphore(3), 3, seed, kills: true);
        Exclusion(seed);
        Handover(seed);
    }

    private void Permits(Semaphore semaphore, int permits, int seed, bool kills)
    {
        int inside = 0, most = 0, taken = 0, released = 0, late = 0, waits = 0;
        var victims = new Greenlet?[All];
        bool ended = OnAll(number =>
        {
            victims[number] = Greenlet.Running;
            for (int i = 0; i < Times; i++)
            {
                int dice = unchecked((number * 31) + (i * 17) + seed);
                if (kills && dice % 29 == 0 && victims[Natives + ((dice & 0xffff) % (All - Natives))] is { Dead: false } victim && victim != Greenlet.Running) victim.Kill(new GreenletExit(), block: false);
                try
                {
                    bool got = true;
                    switch (dice % 7)
                    {
                        case 0: got = semaphore.TryAcquire(); break;
                        case 1: got = semaphore.Acquire(TimeSpan.FromMilliseconds(dice % 3)); break;
                        case 2: semaphore.Wait(TimeSpan.FromMilliseconds(1)); Interlocked.Increment(ref waits); goto default;
                        default: semaphore.Acquire(); break;
                    }
                    if (!got)
                    {
                        Interlocked.Increment(ref late);
                        continue;
                    }
                    Interlocked.Increment(ref taken);
                    try
                    {
                        int now = Interlocked.Increment(ref inside);
                        Peak.Note(ref most, now);
                        if (dice % 5 == 0) Rest();
                    }
                    finally
                    {
                        Interlocked.Decrement(ref inside);
                        semaphore.Release();
                        Interlocked.Increment(ref released);
                    }
                }
                catch (GreenletExit)
                {
                    // by its type: the kill is over, and the participant goes on
                }
            }
        });
        Count(taken + late + waits);
        bool ok = ended && most <= permits && taken == released && inside == 0 && semaphore.Counter == permits && semaphore.LinkCount == 0;
        Check(semaphore.GetType().Name, ok, $"ended {ended}, most inside {most}, taken {taken}, released {released}, late {late}, waits {waits}, {semaphore}");
    }

    private void Exclusion(int seed)
    {
        var rlock = new RLock();
        int inside = 0, done = 0;
        bool alone = true;
        bool ended = OnAll(number =>
        {
            for (int i = 0; i < Times; i++)
            {
                using (rlock.Hold())
                using (rlock.Hold())
                {
                    if (++inside != 1) alone = false;
                    if ((number + i + seed) % 7 == 0) Rest();
                    inside--;
                    done++; // not interlocked: the lock has to do
                }
            }
        });
        Count(done);
        Check("RLock", ended && alone && done == All * Times && !rlock.Locked, $"ended {ended}, alone {alone}, done {done}, {rlock}");
    }

    // Every permit is made by one participant for one other: a lost wake-up is a hang.
    private void Handover(int seed)
    {
        var there = new Semaphore(0);
        var back = new Semaphore(0);
        bool ended = OnAll(number =>
        {
            for (int i = 0; i < Times; i++)
            {
                if (number % 2 == 0)
                {
                    there.Release();
                    back.Acquire();
                }
                else
                {
                    there.Acquire();
                    if ((number + i + seed) % 11 == 0) Rest();
                    back.Release();
                }
            }
        });
        Count(All * Times);
        Check("hand-over", ended && there.Counter == 0 && back.Counter == 0 && there.LinkCount + back.LinkCount == 0, $"ended {ended}, {there}, {back}");
    }

    private static void Rest()
    {
        if (Greenlet.Running is null) Thread.Yield();
        else Greenlet.Yield();
    }
}
