using System.Runtime.CompilerServices;
using Patchy.Events;
using Patchy.Pools;

namespace Patchy.Scenarios;

/// <summary>Greenlets that everybody links to, joins, waits for and kills; groups of them; timeouts and locals: each end is told to each who asked, once.</summary>
internal sealed class GreenletStress : SharedStress
{
    private const int Steps = 6;

    protected override void Round(int seed)
    {
        Ends(seed);
        Groups(seed);
        Timeouts(seed);
        Locals(seed);
    }

    private void Ends(int seed)
    {
        var all = new Greenlet<int>?[All];
        int begun = 0, ended = 0, linked = 0, called = 0, joined = 0, alive = 0, killed = 0, wrong = 0;
        bool everybody = OnAll(number =>
        {
            var told = new StrongBox<int>();
            int asked = 0;
            Greenlet<int> mine = Greenlet.Spawn(() => Work(number));
            Volatile.Write(ref all[number], mine);
            for (int step = 0; step < Steps; step++)
            {
                int dice = Dice(number, step, seed), target = dice % All;
                if (Volatile.Read(ref all[target]) is not { } other) continue;
                switch (dice / All % 8)
                {
                    case 0: other.RawLink(_ => Interlocked.Increment(ref told.Value)); asked++; break;
                    case 1: other.Link(_ => Interlocked.Increment(ref told.Value)); asked++; break;
                    case 2: other.Join(); Joined(other); break;
                    case 3: other.Kill(new GreenletExit(), block: false); Interlocked.Increment(ref killed); break;
                    case 4: other.Kill(new GreenletExit()); Joined(other); Interlocked.Increment(ref killed); break;
                    case 5: if (Greenlet.Wait<Greenlet>([mine, other], 1).Count != 1) Interlocked.Increment(ref wrong); break;
                    case 6: Greenlet.JoinAll(mine, other); Joined(mine); Joined(other); break;
                    default: if (other.Join(TimeSpan.FromMilliseconds(1))) Joined(other); break;
                }
                if (other.Ready && other.Successful && other.Exit is null && other.Value != target) Interlocked.Increment(ref wrong);
            }
            mine.Join();
            for (int turn = 0; turn < 20_000 && Volatile.Read(ref told.Value) < asked; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            Interlocked.Add(ref linked, asked);
            Interlocked.Add(ref called, Volatile.Read(ref told.Value));
        });
        bool ok = everybody && linked == called && alive == 0 && wrong == 0 && begun == ended && Array.TrueForAll(all, one => one!.Dead && !one.HasLinks);
        Count(linked + joined + killed);
        Check("Greenlet", ok, $"everybody {everybody}, linked {linked}, called {called}, joined {joined}, alive {alive}, killed {killed}, wrong {wrong}, begun {begun}, ended {ended}");

        int Work(int number)
        {
            Interlocked.Increment(ref begun);
            try
            {
                if (number % 3 != 0) Greenlet.Yield();
                if (number % 7 == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                return number;
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }

        void Joined(Greenlet greenlet)
        {
            Interlocked.Increment(ref joined);
            if (!greenlet.Dead) Interlocked.Increment(ref alive);
        }
    }

    private void Groups(int seed)
    {
        var group = new Group();
        int begun = 0, ended = 0, spawned = 0;
        bool all = OnAll(number =>
        {
            var mine = new List<Greenlet>();
            for (int i = 0; i < 3; i++)
            {
                int dice = Dice(number, i, seed);
                Greenlet greenlet = group.Spawn(() =>
                {
                    Interlocked.Increment(ref begun);
                    try
                    {
                        if (dice % 2 == 0) Greenlet.Yield();
                        if (dice % 13 == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                    }
                    finally
                    {
                        Interlocked.Increment(ref ended);
                    }
                });
                Interlocked.Increment(ref spawned);
                mine.Add(greenlet);
                if (dice % 11 == 0) group.Discard(greenlet);
                if (dice % 5 == 0 && group.FirstOrDefault() is { } member) group.KillOne(member, null, block: dice % 10 == 0);
                if (dice % 17 == 0) group.Join(TimeSpan.FromMilliseconds(1));
            }
            Greenlet.JoinAll([.. mine]);
        });
        bool empty = group.Join(TimeSpan.FromSeconds(20));
        Count(spawned);
        Check("Group", all && empty && group.Count == 0 && begun == ended && begun <= spawned, $"all {all}, empty {empty}, count {group.Count}, spawned {spawned}, begun {begun}, ended {ended}");
    }

    // Only greenlets: a native thread without one has nobody whom a timeout could hit.
    private void Timeouts(int seed)
    {
        var never = new Event();
        int entered = 0, outerRaised = 0, innerRaised = 0, wrong = 0;
        bool all = OnAll(number =>
        {
            if (Greenlet.Running is null) return;
            for (int i = 0; i < 3; i++)
            {
                int dice = Dice(number, i, seed);
                Interlocked.Increment(ref entered);
                using GreenletTimeout outer = GreenletTimeout.Start(TimeSpan.FromMilliseconds(1 + (dice % 5)));
                GreenletTimeout? inner = null;
                try
                {
                    using (inner = GreenletTimeout.Start(TimeSpan.FromMilliseconds(1 + (dice / 8 % 5)))) never.Wait();
                    Interlocked.Increment(ref wrong);
                }
                catch (GreenletTimeout raised)
                {
                    if (ReferenceEquals(raised, inner)) Interlocked.Increment(ref innerRaised);
                    else if (ReferenceEquals(raised, outer)) Interlocked.Increment(ref outerRaised);
                    else Interlocked.Increment(ref wrong);
                }
            }
        });
        Count(entered);
        Check("GreenletTimeout", all && wrong == 0 && entered == outerRaised + innerRaised && never.LinkCount == 0, $"all {all}, entered {entered}, outer {outerRaised}, inner {innerRaised}, wrong {wrong}, {never}");
    }

    private void Locals(int seed)
    {
        var local = new GreenletLocal<int>(() => -1);
        int wrong = 0, looks = 0;
        bool all = OnAll(number =>
        {
            if (local.Value != -1) Interlocked.Increment(ref wrong);
            for (int i = 0; i < 5; i++)
            {
                local.Value = number + i;
                if (Dice(number, i, seed) % 3 == 0 && Greenlet.Running is not null) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                else if (Greenlet.Running is not null) Greenlet.Yield();
                else Thread.Yield();
                if (local.Value != number + i) Interlocked.Increment(ref wrong);
                Interlocked.Increment(ref looks);
            }
        });
        Count(looks);
        Check("GreenletLocal", all && wrong == 0 && looks == All * 5, $"all {all}, wrong {wrong}, looks {looks}");
    }

    private static int Dice(int number, int step, int seed) => (int)(unchecked((uint)((number * 7919) + (step * 104729) + (seed * 31) + 17)) * 2654435761u >> 8);
}
