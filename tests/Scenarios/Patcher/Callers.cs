using System.Runtime.CompilerServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>
/// Callers that are compiled when they are first called, hence after the patch: without tiering, or in a method that the JIT optimizes at
/// once, a call in the scenario itself would have been inlined before the patch.
/// </summary>
internal static class Callers
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Twice(int value) => Victims.Twice(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Thrice(int value) => Victims.Thrice(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Busy(int value) => Victims.Busy(value);

    /// <summary>Called before the patch: may have Late inlined.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long EarlyLate(long value) => Victims.Late(value);

    /// <summary>Called after it only.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Late(long value) => Victims.Late(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Add(Victims victims, int value) => victims.Add(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryFind(Victims victims, string key, out string? found) => victims.TryFind(key, out found);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Filtered(string text) => Victims.Filtered(text);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Next(ref Victims.Counter counter, int step) => counter.Next(step);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Wait(object gate, int milliseconds) => Monitor.Wait(gate, milliseconds);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Wait(object gate, TimeSpan time) => Monitor.Wait(gate, time);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Sleep(int milliseconds) => Thread.Sleep(milliseconds);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Yield() => Thread.Yield();
}
