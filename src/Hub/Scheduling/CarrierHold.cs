using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Scheduling;

// Protocol: a greenlet in its own code has the carrier until the hub's state is needed; who gets that state, the greenlet or a monitor that takes its hub away?
//  1. The greenlet enters by writing "not in my own code" and then reading the claim. That is a store and a load, without a fence between them: a fence on
//     each switch would cost as much as the rest of the bookkeeping.
//  2. The taker asks (claim: Free -> Asked), then makes every processor of the process pass a fence, then looks whether the greenlet is in its own code.
//     So either the greenlet's store is seen by the taker, or the greenlet's load sees the claim (Dekker's algorithm with the fence on the rare side).
//  3. Both may see each other. Then the claim decides, by one swap: the greenlet sets Asked back to Free and has entered, or the taker sets Asked to Taken.
//  4. One that is taken finds so at its next entry, comes back as one that escaped, and is Free again with the hub entered.
//
//   claim | set by                    | means
//   ------+---------------------------+------------------------------------------------
//   Free  | greenlet, or a taker that | nobody wants the hub
//         | came too late             |
//   Asked | taker                     | the taker is looking
//   Taken | taker                     | the hub goes on without the greenlet

/// <summary>Whether a greenlet has the carrier in its own code, has entered the hub, or has lost the carrier. One for each greenlet.</summary>
internal struct CarrierHold
{
    private const int Free = 0;
    private const int Asked = 1;
    private const int Taken = 2;

    private volatile bool _isInOwnCode; // false in one that has never run: it starts with the hub entered
    private volatile int _claim;

    /// <summary>Only on the greenlet: it has entered the hub and not left it yet.</summary>
    public readonly bool HasEntered => !_isInOwnCode;

    /// <summary>It runs its own code, and the hub has not gone on without it. May be called from any thread; then it may be over already.</summary>
    public readonly bool IsInOwnCode => _isInOwnCode && _claim != Taken;

    /// <summary>Only on the greenlet, in its own code: false when it has lost the carrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter()
    {
        _isInOwnCode = false;
        return _claim == Free || TryKeep();
    }

    /// <summary>Only on the greenlet, with the hub entered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave() => _isInOwnCode = true;

    /// <summary>Only on the greenlet, that has lost the carrier or given it up, once the hub has mounted it again: the hub is entered.</summary>
    public void Return()
    {
        _isInOwnCode = false;
        _claim = Free;
    }

    /// <summary>Only on the monitor's thread: the hub goes on without the greenlet from now on. False when it has entered the hub, or has lost the carrier already.</summary>
    public bool TryTake()
    {
        if (Interlocked.CompareExchange(ref _claim, Asked, Free) != Free) return false;
        Interlocked.MemoryBarrierProcessWide();
        if (_isInOwnCode) return Interlocked.CompareExchange(ref _claim, Taken, Asked) == Asked;
        Interlocked.CompareExchange(ref _claim, Free, Asked);
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryKeep()
    {
        if (Interlocked.CompareExchange(ref _claim, Free, Asked) != Taken) return true;
        _isInOwnCode = true;
        return false;
    }
}
