using System;
using System.Runtime.InteropServices;

namespace Patchy.Threading;

// Rules of the hooks in this folder.
//
// 1. They catch code that was compiled before the patch and has the managed method inlined down to its native call. What is compiled
//    later goes through the managed replacement, whose original comes through here as well: a native thread passes straight through.
// 2. On a greenlet the managed replacement may call its original (an argument error, an end that is near), which comes back here. t_inside
//    sends that second call to the native function. A greenlet has a CLR thread of its own, so that the flag stays right across a park.
// 3. What the replacement throws goes out through the native frame of the caller. The runtime does not promise that; it holds on .NET 10
//    in each mode tried, and the tests hold it there.

/// <summary>Stands in for the native call of Thread.Yield: BOOL ThreadNative_YieldThread().</summary>
internal static unsafe class SlotThreadYield
{
    internal static delegate* unmanaged<int> YieldOriginal;

    [ThreadStatic]
    private static bool t_inside;

    [UnmanagedCallersOnly]
    internal static int Yield()
    {
        if (t_inside || Greenlet.Running is null) return YieldOriginal();
        t_inside = true;
        try
        {
            return CooperativeSleep.Yield() ? 1 : 0;
        }
        finally
        {
            t_inside = false;
        }
    }
}
