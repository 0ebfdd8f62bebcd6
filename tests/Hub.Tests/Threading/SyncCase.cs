using FluentAssertions;

namespace Patchy.Tests.Threading;

/// <summary>A body and what it is known to do natively.</summary>
public sealed record SyncCase(string Name, string Expected)
{
    internal Action<ISync, Trace> Body { get; init; } = static (_, _) => { };

    internal static SyncCase Of(string name, string expected, Action<ISync, Trace> body) => new(name, expected) { Body = body };

    internal void Run(ISync sync)
    {
        var trace = new Trace();
        Body(sync, trace);
        trace.ToString().Should().Be(Expected, Name);
    }

    /// <summary>Waits until each of the threads is seen waiting, and a moment longer: on a busy machine one may not have begun yet.</summary>
    internal static void Settle(ISync sync, params Thread[] threads)
    {
        foreach (Thread thread in threads)
            for (int turn = 0; turn < 10_000 && (sync.StateOf(thread) & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) == 0; turn++) sync.Sleep(1);
        sync.Sleep(20);
    }

    /// <summary>Waits until it holds, for a long time if need be.</summary>
    internal static void Until(ISync sync, Func<bool> holds)
    {
        for (int turn = 0; turn < 10_000 && !holds(); turn++) sync.Sleep(1);
    }

    public override string ToString() => Name;
}
