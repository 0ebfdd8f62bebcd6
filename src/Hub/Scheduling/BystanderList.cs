using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Patchy.Scheduling;

/// <summary>Greenlets that wait until any other greenlet of the hub has run: what they wait for cannot be observed. Only with the hub entered.</summary>
internal sealed class BystanderList
{
    private readonly List<(Waiter Waiter, long Since)> _waiting = [];

    public bool IsEmpty => _waiting.Count == 0;

    public void Add(Waiter waiter, long switchCount) => _waiting.Add((waiter, switchCount));

    public void Remove(Waiter waiter) => _waiting.RemoveAll(entry => entry.Waiter == waiter);

    /// <summary>Only on the loop: wakes those that have seen another greenlet run since.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void WakeAfter(long switchCount)
    {
        if (_waiting.Count == 0) return;
        int kept = 0;
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Since == switchCount) _waiting[kept++] = _waiting[i];
            else _waiting[i].Waiter.Wake();
        }
        _waiting.RemoveRange(kept, _waiting.Count - kept);
    }
}
