using System;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Threading;

/// <summary>
/// Stands in for the three calls through which every event, semaphore and mutex of the process is signalled
/// (Interop.Kernel32.SetEvent, ReleaseSemaphore, ReleaseMutex in System.Private.CoreLib): greenlets that wait are served. They never wait.
/// </summary>
internal static unsafe class CooperativeHandleSignals
{
    private static readonly Type s_kernel32 = typeof(WaitHandle).Assembly.GetType("Interop+Kernel32", throwOnError: true)!;

    internal static delegate*<SafeWaitHandle, bool> SetEventOriginal =
        (delegate*<SafeWaitHandle, bool>)OriginalMethod.Of(s_kernel32, "SetEvent", typeof(SafeWaitHandle));

    internal static delegate*<SafeWaitHandle, int, out int, bool> ReleaseSemaphoreOriginal =
        (delegate*<SafeWaitHandle, int, out int, bool>)OriginalMethod.Of(
            s_kernel32, "ReleaseSemaphore", typeof(SafeWaitHandle), typeof(int), typeof(int).MakeByRefType());

    internal static delegate*<SafeWaitHandle, bool> ReleaseMutexOriginal =
        (delegate*<SafeWaitHandle, bool>)OriginalMethod.Of(s_kernel32, "ReleaseMutex", typeof(SafeWaitHandle));

    internal static bool SetEvent(SafeWaitHandle handle)
    {
        if (!SetEventOriginal(handle)) return false; // the error code of the call is still in place for the caller
        HandleTable.Signalled(handle.DangerousGetHandle());
        return true;
    }

    internal static bool ReleaseSemaphore(SafeWaitHandle handle, int releaseCount, out int previousCount)
    {
        if (!ReleaseSemaphoreOriginal(handle, releaseCount, out previousCount)) return false;
        HandleTable.Signalled(handle.DangerousGetHandle());
        return true;
    }

    internal static bool ReleaseMutex(SafeWaitHandle handle)
    {
        if (!ReleaseMutexOriginal(handle)) return false;
        HandleTable.Signalled(handle.DangerousGetHandle());
        return true;
    }
}
