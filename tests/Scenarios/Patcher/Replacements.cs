using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>What the victims are replaced by: each counts, and reaches its original through a pointer that the scenario sets.</summary>
internal static unsafe class Replacements
{
    public static int Calls;
    public static nint Original;

    public static int Twice(int value)
    {
        Interlocked.Increment(ref Calls);
        return -((delegate*<int, int>)Original)(value);
    }

    public static int Thrice(int value) => -value * 3;

    public static int Add(Victims self, int value)
    {
        Calls++;
        return ((delegate*<Victims, int, int>)Original)(self, value) + 1_000_000;
    }

    public static bool TryFind(object self, string key, out object? found)
    {
        Calls++;
        return ((delegate*<object, string, out object?, bool>)Original)(self, key + "!", out found);
    }

    public static string Filtered(string text)
    {
        Calls++;
        return "[" + ((delegate*<string, string>)Original)(text) + "]";
    }

    public static int Next(ref Victims.Counter self, int step)
    {
        Calls++;
        return ((delegate*<ref Victims.Counter, int, int>)Original)(ref self, step * 10);
    }

    public static int Busy(int value) => -1;

    public static long Late(long value) => -2;

    /// <summary>Of the calling thread alone.</summary>
    [ThreadStatic]
    public static int SleepCalls;

    public static delegate*<int, void> SleepOriginal = &Thread.Sleep;

    public static void Sleep(int milliseconds)
    {
        SleepCalls++;
        SleepOriginal(milliseconds);
    }

    public static int WaitCalls;
    public static delegate*<object, int, bool> WaitOriginal = &Monitor.Wait;

    public static bool Wait(object gate, int milliseconds)
    {
        Interlocked.Increment(ref WaitCalls);
        return WaitOriginal(gate, milliseconds);
    }

    public static int EnterCalls;
    public static delegate*<object, void> EnterSlowOriginal;

    public static void EnterSlow(object gate)
    {
        Interlocked.Increment(ref EnterCalls);
        EnterSlowOriginal(gate);
    }

    public static int YieldCalls;
    public static delegate* unmanaged<int> YieldSlotOriginal;

    [UnmanagedCallersOnly]
    public static int YieldSlot()
    {
        YieldCalls++;
        return YieldSlotOriginal();
    }

    public static int WaitSlotCalls;
    public static delegate* unmanaged<nint, int, int> WaitSlotOriginal;

    [UnmanagedCallersOnly]
    public static int WaitSlot(nint handle, int milliseconds)
    {
        WaitSlotCalls++;
        return WaitSlotOriginal(handle, milliseconds);
    }

    public static int Generic<T>(int value) => value;
}
