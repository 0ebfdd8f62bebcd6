using System.Threading;

namespace Patchy.Threading;

// State of a wait for handles.
//
//   Pending   -> Claimed     a signaller, or the greenlet itself, tries a handle for this wait
//   Claimed   -> Pending     the claimer found the handle not signalled
//   Claimed   -> Satisfied   the claimer took the signal for this wait; then it wakes the greenlet
//   Claimed   -> Over        the greenlet gives up (late, interrupted): nothing can be taken for it any more
//
// A claim is held across native waits of 0 ms and nothing else, and never while a latch is being taken: a signaller waits for the end of a
// claim with a latch in its hand, for it cannot know whether the claimer will find something.

/// <summary>One wait of one greenlet for one or more native handles.</summary>
internal sealed class HandleWait
{
    private const int Pending = 0;
    private const int Claimed = 1;
    private const int Satisfied = 2;
    private const int Over = 3;

    private readonly HandleLink[] _links;
    private int _state;

    /// <param name="greenlet">The one that runs now.</param>
    /// <param name="handles">What it waits for; referenced by the caller for as long as the wait lasts.</param>
    /// <param name="isNotifiedOnly">True when signallers must not take the signal for it, only say that there may be one.</param>
    /// <param name="awaited">Shown in dumps.</param>
    public HandleWait(Greenlet greenlet, System.ReadOnlySpan<nint> handles, bool isNotifiedOnly, object awaited)
    {
        Waiter = new Waiter(greenlet, awaited);
        IsNotifiedOnly = isNotifiedOnly;
        _links = new HandleLink[handles.Length];
        for (int i = 0; i < _links.Length; i++) _links[i] = new HandleLink(this, handles[i], i);
    }

    public Waiter Waiter { get; }

    public bool IsNotifiedOnly { get; }

    /// <summary>The index of the handle whose signal was taken, once satisfied.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>Registers at every handle. The caller then tries the handles itself: a signal may have come before.</summary>
    public void Register()
    {
        foreach (HandleLink link in _links) HandleTable.Add(link);
    }

    public void Unregister()
    {
        foreach (HandleLink link in _links) HandleTable.Remove(link);
    }

    /// <summary>False when the wait is decided. Waits for the end of another's claim.</summary>
    public bool TryClaim()
    {
        for (int spins = 0; ; spins++)
        {
            int state = Interlocked.CompareExchange(ref _state, Claimed, Pending);
            if (state == Pending) return true;
            if (state != Claimed) return false;
            SpinLatch.Pause(spins);
        }
    }

    public void Unclaim() => Volatile.Write(ref _state, Pending);

    /// <summary>Only with the claim: a signal of handle <paramref name="index"/> has been taken for this wait. The caller wakes the waiter.</summary>
    public void Satisfy(int index)
    {
        Index = index;
        Volatile.Write(ref _state, Satisfied);
    }

    /// <summary>The greenlet gives up. False when a signal has been taken for it: then the wait has succeeded after all.</summary>
    public bool TryGiveUp()
    {
        if (!TryClaim()) return false;
        Volatile.Write(ref _state, Over);
        return true;
    }
}
