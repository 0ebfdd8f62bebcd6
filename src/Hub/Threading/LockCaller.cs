using System;
using System.Diagnostics;
using System.Reflection;
using System.Threading;

namespace Patchy.Threading;

// The runtime inlines small methods of the class library into the user's (SemaphoreSlim.Release, as soon as it is called often), and no frame of the stack says so: then the method that
// seems to lock is the user's. But the offset in its IL is that of the statement in its own code: a lock of its own is a call of Monitor or Lock there, anything else calls something else first. A method of
// the user's that was inlined there is read too.

/// <summary>Who is entering a lock, or gives its turn away. Asked only when something is to be raised there, so a walk of the stack may be paid.</summary>
internal static class LockCaller
{
    /// <summary>
    /// True when the framework itself may be the one that locks, for its own sake: in SemaphoreSlim.Release, say, where a kill would lose the permit that is just being given
    /// back. False when a method of the user's does so, by a lock statement or call in its own code.
    /// </summary>
    public static bool MayBeFrameworks() =>
        Find(IsEntry) is { } frame && (FrameworkCode.Includes(frame.GetMethod()!.Module.Assembly) || !IsInOwnCode(frame.GetMethod()!, frame.GetILOffset()));

    /// <summary>
    /// True when the framework itself enters a lock, sleeps or yields: where it spins it has begun something that an exception would leave half done. By the frames alone: the runtime does not inline a loop
    /// that spins, and in Thread.Sleep(Math.Min(a, b)) the framework's is only the call that comes first.
    /// </summary>
    public static bool IsFrameworks() =>
        Find(static method => IsLock(method.DeclaringType) || method.DeclaringType == typeof(Thread)) is { } frame && FrameworkCode.Includes(frame.GetMethod()!.Module.Assembly);

    /// <summary>The innermost frame that is neither of Patchy nor of what <paramref name="isEntry"/> says; null when there is none.</summary>
    private static StackFrame? Find(Func<MethodBase, bool> isEntry)
    {
        foreach (StackFrame frame in new StackTrace(false).GetFrames())
            if (frame.GetMethod() is { } method && method.Module.Assembly != typeof(LockCaller).Assembly && !isEntry(method)) return frame;
        return null;
    }

    /// <summary>Whether the method, which is the user's, enters the lock in its own code. False also when that cannot be told: it has inlined another of the user's, or its IL cannot be read.</summary>
    private static bool IsInOwnCode(MethodBase method, int offset)
    {
        foreach (MethodBase? called in CalledMethods.From(method, offset))
        {
            if (called is null) break;
            if (IsEntry(called) || called.Module.Assembly == typeof(LockCaller).Assembly) return true;
            if (FrameworkCode.Includes(called.Module.Assembly)) return false;
            bool any = false, others = false;
            foreach (MethodBase? inner in CalledMethods.From(called, 0))
            {
                any = true;
                others |= inner is null || !IsEntry(inner);
            }
            if (any) return !others; // if it calls nothing, a getter, then it was not the one
        }
        return false;
    }

    private static bool IsEntry(MethodBase method) => IsLock(method.DeclaringType);

    // By name: System.Threading.Lock is not to be used in here.
    private static bool IsLock(Type? type) => type == typeof(Monitor) || (type?.FullName is { } name && (name == "System.Threading.Lock" || name.StartsWith("System.Threading.Lock+", StringComparison.Ordinal)));
}
