using Patchy.Events;

namespace Patchy.Scenarios;

/// <summary>Events and results: everybody who waits is woken, by whichever of a thousand setters, and everybody sees the same value.</summary>
internal sealed class EventStress : SharedStress
{
    private const int Phases = 6;

    protected override void Round(int seed)
    {
        Phased(seed);
        Pulses(seed);
        Results(seed);
    }

    // A barrier out of events: who comes last sets; some wait with short times, again and again.
    private void Phased(int seed)
    {
        Event[] go = [.. Enumerable.Range(0, Phases).Select(_ => new Event())];
        int[] arrived = new int[Phases], passed = new int[Phases];
        bool early = false;
        int called = 0;
        bool ended = OnAll(number =>
        {
            for (int phase = 0; phase < Phases; phase++)
            {
                if (number >= Natives && number % 50 == 0) go[phase].RawLink(_ => Interlocked.Increment(ref called));
                if (Interlocked.Increment(ref arrived[phase]) == All) go[phase].Set();
                else if ((number + phase + seed) % 5 != 0) go[phase].Wait();
                else
                    while (!go[phase].Wait(TimeSpan.FromMilliseconds(1))) { }
                if (Volatile.Read(ref arrived[phase]) != All) early = true;
                Interlocked.Increment(ref passed[phase]);
            }
            if (Greenlet.Running is not null) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // the callbacks of this hub have their turn
        });
        int callbacks = Enumerable.Range(Natives, All - Natives).Count(number => number % 50 == 0) * Phases;
        Count(passed.Sum(count => (long)count) + called);
        bool ok = ended && !early && called == callbacks && Array.TrueForAll(passed, count => count == All) && Array.TrueForAll(go, one => one.LinkCount == 0);
        Check("Event", ok, $"ended {ended}, early {early}, passed {string.Join(' ', passed)}, callbacks {called} of {callbacks}, {string.Join(' ', (object[])go)}");
    }

    // Set and clear at once: who waits counts the pulses that reach it; the last one stays set.
    private void Pulses(int seed)
    {
        var pulse = new Event();
        int waiting = 0, woken = 0, over = 0;
        bool ended = OnAll(number =>
        {
            if (number % 100 == seed % 100)
            {
                for (int i = 0; i < 50; i++)
                {
                    pulse.Set();
                    pulse.Clear();
                    if (Greenlet.Running is null) Thread.Yield();
                    else Greenlet.Yield();
                }
                if (Interlocked.Increment(ref over) == Pulsers(seed)) pulse.Set();
                return;
            }
            Interlocked.Increment(ref waiting);
            pulse.Wait();
            Interlocked.Increment(ref woken);
        });
        Count(woken);
        Check("pulses", ended && waiting == woken && pulse.LinkCount == 0, $"ended {ended}, waiting {waiting}, woken {woken}, {pulse}");
    }

    private void Results(int seed)
    {
        AsyncResult<int>[] results = [.. Enumerable.Range(0, All).Select(_ => new AsyncResult<int>())];
        long sum = 0;
        int failed = 0, late = 0;
        bool ended = OnAll(number =>
        {
            Set(results[number], number);
            for (int step = 1; step <= 3; step++)
            {
                int other = (number + (step * (seed + 7))) % All;
                try
                {
                    int value;
                    while (!results[other].TryGet(out value, step == 1 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(1))) Interlocked.Increment(ref late);
                    Interlocked.Add(ref sum, value - other);
                }
                catch (FormatException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });
        int errors = Enumerable.Range(0, All).Count(IsError) * 3;
        Count(All * 3);
        Check("AsyncResult", ended && sum == 0 && failed == errors && Array.TrueForAll(results, one => one.LinkCount == 0), $"ended {ended}, sum {sum}, failed {failed} of {errors}, late {late}");
    }

    private static void Set(AsyncResult<int> result, int number)
    {
        if (IsError(number)) result.SetException(new FormatException());
        else result.Set(number);
    }

    private static bool IsError(int number) => number % 13 == 0;

    private static int Pulsers(int seed) => Enumerable.Range(0, All).Count(number => number % 100 == seed % 100);
}
