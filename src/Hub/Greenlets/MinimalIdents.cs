using System.Collections.Generic;
using Patchy.Threading;

namespace Patchy;

/// <summary>Small numbers for the greenlets of one hub, the smallest free one first; each is used again once its greenlet has been collected. The counterpart of gevent's IdentRegistry.</summary>
internal sealed class MinimalIdents
{
    private readonly PriorityQueue<int, int> _free = new();
    private SpinLatch _latch;
    private int _next;

    /// <summary>May be called from any thread.</summary>
    public int Take()
    {
        _latch.Enter();
        if (!_free.TryDequeue(out int ident, out _)) ident = _next++;
        _latch.Exit();
        return ident;
    }

    /// <summary>May be called from any thread.</summary>
    public void Return(int ident)
    {
        _latch.Enter();
        _free.Enqueue(ident, ident);
        _latch.Exit();
    }
}
