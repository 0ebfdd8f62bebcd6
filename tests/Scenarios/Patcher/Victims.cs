using System.Runtime.CompilerServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>Methods of each kind that a detour has to cope with.</summary>
internal sealed class Victims
{
    public int Seed = 100;

    public static int Twice(int value) => value * 2;

    public static int Thrice(int value) => value * 3;

    public int Add(int value) => Seed + value;

    public bool TryFind(string key, out string? found)
    {
        found = key.Length > 2 ? key + Seed : null;
        return found is not null;
    }

    /// <summary>A filter: weaving libraries cannot re-emit one.</summary>
    public static string Filtered(string text)
    {
        try
        {
            return int.Parse(text).ToString();
        }
        catch (FormatException e) when (e.Message.Length > 0)
        {
            return "filtered";
        }
    }

    public static T Same<T>(T value) => value;

    public static int Busy(int value)
    {
        int sum = 0;
        for (int i = 0; i < 10; i++) sum += i ^ value;
        return sum;
    }

    public static long Late(long value) => (value ^ 0x55) + 1;

    internal struct Counter
    {
        public int Value;

        public int Next(int step) => Value += step;
    }

    internal sealed class Of<T>
    {
        public static int Size() => Unsafe.SizeOf<T>();
    }

    internal abstract class Shape
    {
        public abstract int Corners();

        public virtual int Sides() => 3;
    }
}
