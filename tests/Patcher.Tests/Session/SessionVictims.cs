using System.Runtime.CompilerServices;

namespace Patchy.Tests.Session;

/// <summary>Targets and replacements of session tests.</summary>
internal static unsafe class SessionVictims
{
    public static int First(int value) => value + 1;
    public static int Second(int value) => value + 2;
    public static int Third(int value) => value + 3;
    public static int Late(int value) => value + 4;

    public static int Taken(int value) => value + 5;
    public static int Foreigner(int value) => value * 100;

    public static int StandFirst(int value) => -StandFirstOriginal(value);
    public static delegate*<int, int> StandFirstOriginal = &First;
    public static int StandSecond(int value) => -StandSecondOriginal(value);
    public static delegate*<int, int> StandSecondOriginal = &Second;
    public static int StandThird(int value) => -StandThirdOriginal(value);
    public static delegate*<int, int> StandThirdOriginal = &Third;
    public static int StandLate(int value) => -StandLateOriginal(value);
    public static delegate*<int, int> StandLateOriginal = &Late;

    public static int StandTaken(int value) => -StandTakenOriginal(value);
    public static delegate*<int, int> StandTakenOriginal = &Taken;

    public static int NoOriginal(int value) => value;
    public static int Twice(int value) => value;
    public static int Twice(int value, int other) => value + other;
    public static int Long(long value) => (int)value;
    public static delegate*<long, int> LongOriginal;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallFirst(int value) => First(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallSecond(int value) => Second(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallThird(int value) => Third(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallTaken(int value) => Taken(value);
}
