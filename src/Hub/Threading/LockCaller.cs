using System.Diagnostics;
using System.Reflection;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Who is entering a monitor, or gives its turn away. Asked only when something is to be raised there, so a walk of the stack may be paid.</summary>
internal static class LockCaller
{
    /// <summary>
    /// True when the framework locks for its own sake: in SemaphoreSlim.Release, say, where a kill would lose the permit that is just being given
    /// back. Such locks are held for a moment only; the kill comes at the next wait. So it is where the framework spins.
    /// </summary>
    public static bool IsFrameworks()
    {
        foreach (StackFrame frame in new StackTrace(1, false).GetFrames())
        {
            if (frame.GetMethod() is not { } method) continue;
            Assembly assembly = method.Module.Assembly;
            if (assembly == typeof(LockCaller).Assembly || method.DeclaringType == typeof(Monitor) || method.DeclaringType == typeof(Thread)) continue;
            return FrameworkCode.Includes(assembly);
        }
        return false;
    }
}
