using System.Runtime.CompilerServices;
using FluentAssertions;
using Patchy.Events;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Greenlets;

/// <summary>What an ended greenlet keeps in memory: nothing when nobody knows it, and its outcome alone when somebody does.</summary>
public sealed class EndedGreenletTests
{
    private const int Many = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Ended_KnownToNobody_IsCollectedWithAllThatItHad(FiberKind kind) => OnHub.RunSpawned(kind, () =>
        AssertCollected(Leave(Hub.Current)));

    [Theory, MemberData(nameof(Kinds))]
    public void Ended_OnAnotherHubThatSleeps_IsCollectedWithAllThatItHad(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Hub other = HubThread.Start("another", kind);
        AssertCollected(Leave(other));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Ended_StillKnown_KeepsItsOutcomeOnly(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var left = new Remains();
        List<object> known = LeaveKnown(left);
        AssertCollected(left);
        known.OfType<Greenlet<object>>().Single().Value.Should().NotBeNull();
        known.OfType<Greenlet<int>>().Single().Exception.Should().BeOfType<FormatException>();
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Remains Leave(Hub hub)
    {
        var left = new Remains();
        var all = new List<Greenlet>();
        var doomed = new List<Greenlet>();
        var gate = new Event();
        var flowing = new AsyncLocal<object?>();
        hub.ErrorHandler = static (_, _) => { };
        for (int i = 0; i < Many; i++) // at once, so that each has a stack of its own
        {
            object argument = left.Add("argument", new object()), value = left.Add("value", new object());
            Exception error = left.Add("error", new FormatException());
            flowing.Value = left.Add("value of an AsyncLocal", new object());
            all.Add(left.Add("greenlet with a value", hub.Spawn(() => { gate.Wait(); GC.KeepAlive(argument); return value; })));
            all.Add(left.Add("greenlet that fails", hub.Spawn(() => { gate.Wait(); throw error; })));
            doomed.Add(left.Add("killed greenlet", hub.Spawn(() => { new Event().Wait(); GC.KeepAlive(argument); })));
        }
        flowing.Value = null;
        hub.Spawn(gate.Set);
        Greenlet.JoinAll(all).Should().HaveCount(all.Count);
        Greenlet.KillAll(doomed);
        doomed.Should().OnlyContain(static greenlet => greenlet.Exit != null);
        hub.ErrorHandler = null;
        return left;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<object> LeaveKnown(Remains left)
    {
        using var quiet = new QuietErrors();
        object argument = left.Add("argument", new object());
        var flowing = new AsyncLocal<object?> { Value = left.Add("value of an AsyncLocal", new object()) };
        Greenlet<object> good = Greenlet.Spawn(() => { GC.KeepAlive(argument); return new object(); });
        Greenlet<int> bad = Greenlet.Spawn(() => argument is null ? 1 : throw new FormatException());
        Greenlet unborn = Greenlet.Spawn(() => GC.KeepAlive(argument));
        Greenlet<int> unbornToo = Greenlet.Spawn(() => { GC.KeepAlive(argument); return 1; });
        unborn.Kill();
        Greenlet.KillAll([unbornToo]);
        Greenlet? self = null;
        var thread = new Thread(() => { self = Greenlet.Current; GC.KeepAlive(argument); });
        CooperativeThread.Start(thread);
        flowing.Value = null;
        Greenlet.JoinAll(good, bad);
        CooperativeThread.Join(thread, Timeout.Infinite);
        return [good, bad, unborn, new List<Greenlet> { unbornToo }, thread, self!];
    }

    private static void AssertCollected(Remains left)
    {
        Deadline deadline = Deadline.In(s_patience);
        while (!left.IsEmpty && !deadline.HasPassed)
        {
            Greenlet.Sleep(TimeSpan.FromMilliseconds(10));
            GC.Collect();
        }
        left.Names().Should().BeEmpty();
    }

    private sealed class Remains
    {
        private readonly List<(string Name, WeakReference Reference)> _all = [];

        public bool IsEmpty => _all.TrueForAll(static one => !one.Reference.IsAlive);

        public T Add<T>(string name, T target) where T : class
        {
            _all.Add((name, new WeakReference(target)));
            return target;
        }

        public IEnumerable<string> Names() => _all.Where(static one => one.Reference.IsAlive).Select(static one => one.Name);
    }
}
