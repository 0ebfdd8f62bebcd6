using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Scheduling;

// The rule (H1, X4). gevent throws LoopExit as soon as its loop has nothing left; a .NET process nearly always has other threads that may set an event, and a false
// LoopExit is worse than none. So it needs a proof, which is looked for only while the main greenlet waits without a limit and the hub has no timer:
//  1. The hub: nobody waits for a descriptor or is in a call that blocks; every parked greenlet waits for an object of Patchy's API. What waits for anything else
//     (a wait handle, a lock, a task, a process, its sleep) could be woken from where we cannot look.
//  2. The process: see ProcessStillness.
//  3. Both hold twice, with an undisturbed pause between: what was on its way from one thread to the other has arrived then.
// The looks are far apart and get rarer, so that a process that is idle on purpose stays idle.

/// <summary>Decides whether the main greenlet would wait for ever. Only on the loop.</summary>
internal sealed class LoopExitWatch(Hub hub)
{
    private const int FirstLook = 100;
    private const int LongestPause = 60_000;
    private long _count = -1;
    private int _pause;
    private bool _proven;

    /// <summary>How long the loop, which has nothing to do, may sleep until the next look: -1 is for ever. 0: the main greenlet is ready, it has got its LoopExit.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public int BeforeSleep()
    {
        if (Hub.LoopExitPolicy == LoopExitPolicy.Never || hub.Main.CurrentWait is not { } wait || !IsOfApi(wait.Awaited) || !ProcessStillness.CouldBeProven(hub))
        {
            _count = -1;
            return -1;
        }
        if (_count != hub.SwitchCount)
        {
            _count = hub.SwitchCount;
            _proven = false;
            return _pause = FirstLook;
        }
        bool before = _proven;
        _proven = Parked() is not null && ProcessStillness.IsProven();
        if (_proven && before && Parked() is { } parked)
        {
            _count = -1;
            hub.Main.ThrowInto(new LoopExit(hub, parked));
            return hub.HasReady ? 0 : -1;
        }
        if (_proven) return FirstLook;
        _pause = Math.Min(_pause * 2, LongestPause);
        return _pause;
    }

    /// <summary>All parked greenlets, the main one first; null when one of them may be woken from elsewhere.</summary>
    private List<Greenlet>? Parked()
    {
        if (!hub.IsDrained(0)) return null;
        List<Greenlet> parked = [hub.Main];
        foreach (Greenlet? greenlet in GreenletTable.Snapshot())
        {
            if (greenlet is null || greenlet.Hub != hub || greenlet.Dead || greenlet == hub.Main) continue;
            if (greenlet.CurrentWait is not { } wait || !IsOfApi(wait.Awaited)) return null;
            parked.Add(greenlet);
        }
        return parked;
    }

    /// <summary>True when nothing but a call of Patchy's API can end a wait for it.</summary>
    public static bool IsOfApi(object? awaited)
    {
        if (awaited is IApiWait part) return part.EndsByApiOnly;
        if (awaited is Greenlet) return awaited is not GreenThread; // Thread.Join blocks for ever, as natively
        for (Type? type = awaited?.GetType(); type is not null; type = type.BaseType)
            if (type.Assembly == typeof(Hub).Assembly) return type.IsVisible;
        return false;
    }
}
