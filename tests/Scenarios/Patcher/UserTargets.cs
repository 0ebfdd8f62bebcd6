using System.Runtime.CompilerServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>A user's own methods, and a user's own patches of them.</summary>
internal static unsafe class UserTargets
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Double(int value) => value * 2;

    [PatchTarget(typeof(UserTargets), nameof(Double))]
    public static int Negative(int value) => -NegativeOriginal(value);

    public static Func<int, int> NegativeOriginal = Double;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Call(int value) => Double(value);
}
