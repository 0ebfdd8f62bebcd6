using System;
using System.Diagnostics;
using System.Reflection;

namespace Patchy.Threading;

/// <summary>
/// The one wait of the BCL that must not be left by an exception, although Thread.Interrupt could do it natively: SocketAsyncContext.PerformSyncOperation
/// would leave its operation at the head of the socket's queue, and the next call on the socket would never end. The socket replacements never come here without
/// <see cref="Greenlet.NoRaise"/>; a socket call does that goes past them: the group is not patched, or the method had run before the patch and
/// the runtime has just moved it to another tier.
/// </summary>
internal static class BclSocketWait
{
    private const string Method = "PerformSyncOperation";
    private const string Type = "System.Net.Sockets.SocketAsyncContext";

    // PerformSyncOperation, the two overloads of ManualResetEventSlim.Wait, Monitor.Wait, and what stands in for it.
    private const int Nearest = 12;

    /// <summary>
    /// Only on the greenlet, before it raises what ended its wait for <paramref name="target"/>. True: return as when the time is over, so that the BCL takes its operation
    /// back. What is pending is raised at the next wait. Walks the stack, as the exception would.
    /// </summary>
    public static bool IsLeft(object target)
    {
        if (target.GetType() != typeof(object)) return false; // the lock of a ManualResetEventSlim is a plain object
        var trace = new StackTrace(1, fNeedFileInfo: false);
        for (int i = 0; i < Math.Min(trace.FrameCount, Nearest); i++)
        {
            if (trace.GetFrame(i)?.GetMethod() is MethodInfo { Name: Method, DeclaringType.FullName: Type }) return true;
        }
        return false;
    }
}
