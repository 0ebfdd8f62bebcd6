using System.Collections.Generic;
using System.Threading;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. _done goes from false to true once, under the latch; who waits adds itself under the latch and only while it is false.
//  2. Complete takes the list under the latch and wakes outside of it: a woken greenlet may run at once on another thread.

/// <summary>That a greenlet has ended, and who waits for it: greenlets park, native threads block.</summary>
internal sealed class Completion
{
    private SpinLatch _latch;
    private volatile bool _done;
    private List<Waiter>? _waiters;
    private ManualResetEvent? _nativeEvent;

    public bool IsDone => _done;

    /// <summary>May be called from any thread. True when it is done, false when the deadline passed first. Raises what interrupts the calling greenlet.</summary>
    public bool Wait(Deadline deadline, object awaited)
    {
        if (_done) return true;
        if (Greenlet.Running is not { } self) return WaitNatively(deadline);
        var waiter = new Waiter(self, awaited);
        if (!TryAdd(waiter)) return true;
        ParkResult result = waiter.Park(deadline);
        if (result == ParkResult.Woken) return true;
        Remove(waiter);
        if (result == ParkResult.Interrupted) self.RaisePending();
        return _done;
    }

    /// <summary>May be called from any thread, once.</summary>
    public void Complete()
    {
        _latch.Enter();
        _done = true;
        List<Waiter>? waiters = _waiters;
        _waiters = null;
        ManualResetEvent? nativeEvent = _nativeEvent;
        _latch.Exit();
        if (waiters is not null)
            foreach (Waiter waiter in waiters) waiter.Wake();
        nativeEvent?.Set();
    }

    private bool TryAdd(Waiter waiter)
    {
        _latch.Enter();
        bool open = !_done;
        if (open) (_waiters ??= []).Add(waiter);
        _latch.Exit();
        return open;
    }

    private void Remove(Waiter waiter)
    {
        _latch.Enter();
        _waiters?.Remove(waiter);
        _latch.Exit();
    }

    private bool WaitNatively(Deadline deadline)
    {
        var fresh = new ManualResetEvent(false);
        _latch.Enter();
        ManualResetEvent gate = _nativeEvent ??= fresh;
        bool done = _done;
        _latch.Exit();
        if (gate != fresh) fresh.Dispose();
        if (done) return true;
#pragma warning disable RS0030 // no greenlet runs here: a patched WaitOne passes through to the original
        return gate.WaitOne(deadline.RemainingMilliseconds) || _done;
#pragma warning restore RS0030
    }
}
