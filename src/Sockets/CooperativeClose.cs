using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>
/// Stands in for what every close of a socket passes, whoever closes it (Socket.Dispose, SafeSocketHandle.Dispose, the finalizer, a new
/// handle after a failed connect): the wake of those who wait, and the close itself.
/// </summary>
internal static unsafe class CooperativeClose
{
    // SafeSocketHandle.TrackableSocketOptions.SO_LINGER is 17; GetFlag gives bit 17 - 1 (dotnet/runtime, SafeSocketHandle.Unix.cs).
    private const int LingerIsSet = 1 << 16;

    internal static delegate*<object, bool> StopAndAbortOriginal = (delegate*<object, bool>)OriginalMethod.Of(SocketInternals.ContextType, "StopAndAbort");

    private static readonly nint s_unpatched = (nint)StopAndAbortOriginal; // before a patch puts the way to the original there

    internal static delegate*<SafeSocketHandle, bool, SocketError> CloseOriginal =
        (delegate*<SafeSocketHandle, bool, SocketError>)OriginalMethod.Of(typeof(SafeSocketHandle), "DoCloseHandle", typeof(bool));

    /// <summary>True while every close of a socket that has an AsyncContext, whoever does it, tells the reactors. May be called from any thread.</summary>
    internal static bool IsInPlace => (nint)StopAndAbortOriginal != s_unpatched;

    /// <summary>
    /// SocketAsyncContext.StopAndAbort: the handle is closed for new calls, its descriptor is still open. Runs on native threads, too (the one
    /// replacement that does not pass through), since a greenlet may wait for what they close. True makes the close abortive, as when the BCL
    /// has cancelled operations of its own.
    /// </summary>
    internal static bool StopAndAbort(object context)
    {
        bool cancelled = StopAndAbortOriginal(context);
        return FdWait.Forget((int)SocketInternals.Handle(context).DangerousGetHandle()) | cancelled;
    }

    /// <summary>SafeSocketHandle.DoCloseHandle: close(2) of a socket that lingers blocks for the linger time, O_NONBLOCK or not.</summary>
    internal static SocketError Close(SafeSocketHandle handle, bool abortive)
    {
        if (Greenlet.Running is null || abortive || (SocketInternals.TrackedOptions(handle) & LingerIsSet) == 0) return CloseOriginal(handle, abortive);
        return Escape.Run(EscapePool.Blocking, handle, static lingering => CloseOriginal(lingering, false));
    }
}
