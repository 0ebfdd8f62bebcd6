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
    public static bool MayBeFrameworks() => Find(static method => IsLock(method.DeclaringType)) != Finding.Users;

    /// <summary>True when the framework itself enters a lock, sleeps or yields, for all that can be told: where it spins it has begun something that an exception would leave half done.</summary>
    public static bool IsFrameworks() => Find(static method => IsLock(method.DeclaringType) || method.DeclaringType == typeof(Thread)) == Finding.Frameworks;

    private static Finding Find(Func<MethodBase, bool> isEntry)
    {
        foreach (StackFrame frame in new StackTrace(false).GetFrames())
        {
            if (frame.GetMethod() is not { } method) continue;
            Assembly assembly = method.Module.Assembly;
            if (assembly == typeof(LockCaller).Assembly || isEntry(method)) continue;
            if (FrameworkCode.Includes(assembly)) return Finding.Frameworks;
            return InMethodOfUser(method, frame.GetILOffset(), isEntry);
        }
        return Finding.Users; // nothing but Patchy
    }

    private static Finding InMethodOfUser(MethodBase method, int offset, Func<MethodBase, bool> isEntry)
    {
        foreach (MethodBase? called in CalledMethods.From(method, offset))
        {
            if (called is null) break;
            if (isEntry(called) || called.Module.Assembly == typeof(LockCaller).Assembly) return Finding.Users;
            if (FrameworkCode.Includes(called.Module.Assembly)) return Finding.Frameworks;
            bool any = false, others = false;
            foreach (MethodBase? inner in CalledMethods.From(called, 0))
            {
                any = true;
                others |= inner is null || !isEntry(inner);
            }
            if (any) return others ? Finding.Unclear : Finding.Users; // if it calls nothing, a getter, then it was not the one
        }
        return Finding.Unclear;
    }

    // By name: System.Threading.Lock is not to be used in here.
    private static bool IsLock(Type? type) => type == typeof(Monitor) || (type?.FullName is { } name && (name == "System.Threading.Lock" || name.StartsWith("System.Threading.Lock+", StringComparison.Ordinal)));

    private enum Finding
    {
        Users,
        Frameworks,

        /// <summary>A method of the user's that has inlined another of the user's, or whose IL cannot be read.</summary>
        Unclear,
    }
}
