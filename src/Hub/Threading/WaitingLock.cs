using System;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Threading;

// A contended System.Threading.Lock waits for an event of its own, and the call does not say whose it is. But the runtime notes for debuggers what the thread is about to wait for
// (System.Threading.ThreadBlockingInfo): a list that begins in a thread static, each entry the address of the local that holds the object, then the kind of the object.

/// <summary>Finds the System.Threading.Lock behind a wait of the calling thread, and who holds it. By reflection: only for what is rare anyway.</summary>
internal static unsafe class WaitingLock
{
    private static readonly Type? s_type = typeof(object).Assembly.GetType("System.Threading.Lock"); // only its slow path is patched, but the name is not to be used in here
    private static readonly FieldInfo? s_first =
        typeof(object).Assembly.GetType("System.Threading.ThreadBlockingInfo")?.GetField("t_first", BindingFlags.Static | BindingFlags.NonPublic);

    private static readonly MethodInfo? s_owner = s_type?.GetProperty("OwningOSThreadId", BindingFlags.Instance | BindingFlags.NonPublic)?.GetMethod;
    private static readonly bool s_isLayoutKnown = IsLayoutKnown();

    /// <summary>The Lock that the calling thread is entering; null when it waits for something else, or that cannot be found out.</summary>
    public static object? OfThisThread()
    {
        if (!s_isLayoutKnown || s_first!.GetValue(null) is not Pointer boxed) return null;
        void** info = (void**)Pointer.Unbox(boxed);

        // SAFETY: the runtime's list of this very thread: the entry lies on this stack and begins with the address of a local of a frame below, which holds an object.
        return info != null && *info != null && Unsafe.AsRef<object>(*info) is { } target && target.GetType() == s_type ? target : null;
    }

    /// <summary>The kernel's id, or the fiber's, of who holds it; 0 when nobody does.</summary>
    public static ulong OwnerOf(object target) => s_owner?.Invoke(target, null) is ulong id ? id : 0;

    private static bool IsLayoutKnown()
    {
        if (Environment.Version.Major != 10 || sizeof(nint) != 8 || s_first is null || s_owner?.ReturnType != typeof(ulong)) return false;
        FieldInfo[] fields = s_first.DeclaringType!.GetFields(BindingFlags.Instance | BindingFlags.NonPublic);
        return s_first.FieldType.IsPointer && fields is [{ Name: "_objectPtr", FieldType.IsPointer: true }, ..];
    }
}
