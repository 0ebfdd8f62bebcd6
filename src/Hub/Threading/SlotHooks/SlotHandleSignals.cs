using System.Runtime.InteropServices;

namespace Patchy.Threading;

/// <summary>
/// Stands in for the native calls SetEvent, ReleaseSemaphore and ReleaseMutex of System.Private.CoreLib, for code that was compiled before
/// the patch with EventWaitHandle.Set and its like inlined. The handle comes without its SafeHandle, which the caller holds.
/// </summary>
internal static unsafe class SlotHandleSignals
{
    internal static delegate* unmanaged<nint, int> SetEventOriginal;
    internal static delegate* unmanaged<nint, int, int*, int> ReleaseSemaphoreOriginal;
    internal static delegate* unmanaged<nint, int> ReleaseMutexOriginal;

    [UnmanagedCallersOnly]
    internal static int SetEvent(nint handle)
    {
        int done = SetEventOriginal(handle);
        if (done != 0) HandleTable.Signalled(handle); // after a failure nothing runs that could change the error code
        return done;
    }

    [UnmanagedCallersOnly]
    internal static int ReleaseSemaphore(nint handle, int count, int* previous)
    {
        int done = ReleaseSemaphoreOriginal(handle, count, previous);
        if (done != 0) HandleTable.Signalled(handle);
        return done;
    }

    [UnmanagedCallersOnly]
    internal static int ReleaseMutex(nint handle)
    {
        int done = ReleaseMutexOriginal(handle);
        if (done != 0) HandleTable.Signalled(handle);
        return done;
    }
}
