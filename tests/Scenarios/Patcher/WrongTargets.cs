namespace Patchy.Scenarios.Patcher;

/// <summary>Users' patches that cannot be: one for each reason.</summary>
internal static class WrongTargets
{
    internal static class Missing
    {
        [PatchTarget(typeof(Victims), "Nothing")]
        public static int Stand(int value) => value;
    }

    internal static class NoType
    {
        [PatchTarget("No.Such.Type", "Nothing")]
        public static int Stand(int value) => value;
    }

    internal static class NoAssembly
    {
        [PatchTarget("X.Y, a=b=c, ,", "Nothing")]
        public static int Stand(int value) => value;
    }

    internal static class Wild
    {
        [PatchTarget(typeof(Victims), "Twi*")]
        public static int Stand(int value) => value;
    }

    internal static class Itself
    {
        [PatchTarget(typeof(Itself), nameof(Stand))]
        public static int Stand(int value) => value;
    }

    internal sealed class Instance
    {
        [PatchTarget(typeof(Victims), nameof(Victims.Twice))]
        public int Stand(int value) => value;
    }

    internal static class Signature
    {
        [PatchTarget(typeof(Victims), nameof(Victims.Twice))]
        public static int Stand(long value) => (int)value;
    }

    internal static class Field
    {
        public static Func<string, int> StandOriginal = int.Parse;

        [PatchTarget(typeof(Victims), nameof(Victims.Twice))]
        public static int Stand(int value) => value;
    }

    internal static class Overloads
    {
        [PatchTarget(typeof(Thread), nameof(Thread.Sleep), typeof(string))]
        public static void Stand(int value) => _ = value;
    }

    internal static class Virtual
    {
        [PatchTarget(typeof(Victims), nameof(Victims.Thrice))]
        public static int Good(int value) => value;

        [PatchTarget(typeof(Victims.Shape), nameof(Victims.Shape.Sides))]
        public static int Stand(Victims.Shape self) => self.Corners();
    }

    internal static class Generic
    {
        [PatchTarget(typeof(Victims.Of<>), nameof(Victims.Of<>.Size))]
        public static int Stand() => 1;
    }

    internal static class Intrinsic
    {
        [PatchTarget(typeof(Math), nameof(Math.Sqrt))]
        public static double Stand(double value) => value;
    }

    internal readonly struct Large(Guid id)
    {
        public readonly Guid Id = id;
    }

    internal sealed class HasLarge
    {
        public Large Get() => default;
    }

    internal static class Buffer
    {
        [PatchTarget(typeof(HasLarge), nameof(HasLarge.Get))]
        public static Large Stand(HasLarge self) => self.Get();
    }

    internal static class Inlined
    {
        public static Action<object> StandOriginal = null!;

        [PatchTarget(typeof(Monitor), nameof(Monitor.Exit))]
        public static void Stand(object gate) => StandOriginal(gate);
    }
}
