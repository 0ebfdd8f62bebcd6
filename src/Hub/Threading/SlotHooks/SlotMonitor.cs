using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Patchy.Threading;

/// <summary>
/// Stands in for the native calls of Monitor.Wait, Pulse and PulseAll: BOOL Monitor_Wait(ObjectHandleOnStack, int milliseconds) and
/// void Monitor_Pulse[All](ObjectHandleOnStack). See SlotThreadYield for the rules.
/// </summary>
internal static unsafe class SlotMonitor
{
    internal static delegate* unmanaged<nint, int, int> WaitOriginal;
    internal static delegate* unmanaged<nint, void> PulseOriginal;
    internal static delegate* unmanaged<nint, void> PulseAllOriginal;

    [ThreadStatic]
    private static bool t_inside;

    [UnmanagedCallersOnly]
    internal static int Wait(nint target, int millisecondsTimeout)
    {
        if (t_inside || Greenlet.Running is null) return WaitOriginal(target, millisecondsTimeout);
        t_inside = true;
        try
        {
            return CooperativeMonitorWait.Wait(Object(target), millisecondsTimeout) ? 1 : 0;
        }
        finally
        {
            t_inside = false;
        }
    }

    /// <summary>Not only on greenlets: a native thread may pulse what a greenlet waits for.</summary>
    [UnmanagedCallersOnly]
    internal static void Pulse(nint target)
    {
        if (t_inside || !WaitSet.AnyInside)
        {
            PulseOriginal(target);
            return;
        }
        t_inside = true;
        try
        {
            CooperativeMonitorWait.Pulse(Object(target));
        }
        finally
        {
            t_inside = false;
        }
    }

    /// <summary>As <see cref="Pulse"/>.</summary>
    [UnmanagedCallersOnly]
    internal static void PulseAll(nint target)
    {
        if (t_inside || !WaitSet.AnyInside)
        {
            PulseAllOriginal(target);
            return;
        }
        t_inside = true;
        try
        {
            CooperativeMonitorWait.PulseAll(Object(target));
        }
        finally
        {
            t_inside = false;
        }
    }

    /// <summary>The original of Pulse by way of its body, which comes back through the slot: it must not be taken for a second pulse.</summary>
    internal static void PulseNatively(object target)
    {
        bool before = t_inside;
        t_inside = true;
        try
        {
            CooperativeMonitorWait.PulseOriginal(target);
        }
        finally
        {
            t_inside = before;
        }
    }

    // SAFETY: an ObjectHandleOnStack is the address of a local of the caller, which keeps it alive and reported to the GC for this call.
    private static object Object(nint handle) => Unsafe.AsRef<object>((void*)handle);
}
