using System.Runtime.CompilerServices;

namespace Patchy.Tests.Detours;

/// <summary>One method for each test: a method that has been patched or called once is never fresh again.</summary>
internal static class CellVictims
{
    public static int Applied(int value) => value + 1;
    public static int Template(int value) => value + 1;
    public static int Owner(int value) => value + 1;
    public static int Overwritten(int value) => value + 1;
    public static int TwoOwners(int value) => value + 1;
    public static int SelfRewritten(int value) => value + 1;

    public static int Minus(int value) => -value;
    public static int Other(int value) => value * 100;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallApplied(int value) => Applied(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallTemplate(int value) => Template(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallOverwritten(int value) => Overwritten(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallTwoOwners(int value) => TwoOwners(value);
}
