using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Patchy.Threading;

/// <summary>
/// Stands in for the native call of Thread.Join: BOOL ThreadNative_Join(ObjectHandleOnStack thread, int milliseconds). Only code that was
/// compiled before the patch, with Join inlined, comes here on a greenlet; see SlotThreadYield for the rules of such hooks.
/// </summary>
internal static unsafe class SlotThreadJoin
{
    internal static delegate* unmanaged<nint, int, int> JoinOriginal;

    [ThreadStatic]
    private static bool t_inside;

    /// <summary>Thread.Join as it is. Its own code comes by here, too, and must not be taken for the program's.</summary>
    internal static bool JoinNatively(Thread thread, int millisecondsTimeout)
    {
        bool was = t_inside;
        t_inside = true;
        try
        {
            return CooperativeThread.JoinOriginal(thread, millisecondsTimeout);
        }
        finally
        {
            t_inside = was;
        }
    }

    [UnmanagedCallersOnly]
    internal static int Join(nint thread, int millisecondsTimeout)
    {
        if (t_inside || millisecondsTimeout == 0 || Greenlet.Running is null) return JoinOriginal(thread, millisecondsTimeout);
        t_inside = true;
        try
        {
            // SAFETY: an ObjectHandleOnStack is the address of a local of the caller, which keeps it alive and reported to the GC for this call.
            return CooperativeThread.Join(Unsafe.AsRef<Thread>((void*)thread), millisecondsTimeout) ? 1 : 0;
        }
        finally
        {
            t_inside = false;
        }
    }
}
