using System.Runtime.InteropServices;
using Patchy.Fibers;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberMachine KIND: floating-point control and callee-saved registers belong to the fiber.</summary>
internal sealed class FiberMachine : IScenario
{
    private const int RoundUp = 0x800;
    private const int RoundDown = 0x400;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        List<string> seen = [];
        void See(string name, int mode)
        {
            string line = $"{name} {fegetround() == mode} {Third(mode)}";
            lock (seen) seen.Add(line); // an escaped fiber runs beside the others
        }

        TestCarrier.Run(kind, c =>
        {
            foreach ((string name, int mode) in new[] { ("up", RoundUp), ("down", RoundDown), ("near", 0) })
            {
                c.Spawn(() =>
                {
                    _ = fesetround(mode);
                    for (int i = 0; i < 3; i++)
                    {
                        TestCarrier.Yield();
                        See(name, mode);
                    }

                    TestCarrier.Escape(() => See(name, mode));
                    See(name, mode);
                    _ = fesetround(0);
                });
            }
        });
        Checks checks = new();
        checks.That("rounding modes (x87 and MXCSR) stay with their fibers", seen.Count == 15 && seen.All(s => s.EndsWith("True True", StringComparison.Ordinal)),
            string.Join(", ", seen.Where(s => !s.EndsWith("True True", StringComparison.Ordinal))));
        return checks.Finish();
    }

    // fegetround reads the x87 word; this one goes by MXCSR.
    private static bool Third(int mode)
    {
        double one = Volatile.Read(ref s_one), three = Volatile.Read(ref s_three);
        double third = one / three;
        long bits = BitConverter.DoubleToInt64Bits(third);
        return mode == RoundUp ? bits == 0x3FD5555555555556 : bits == 0x3FD5555555555555;
    }

    private static double s_one = 1;
    private static double s_three = 3;

    [DllImport("libm.so.6")]
    private static extern int fesetround(int mode);

    [DllImport("libm.so.6")]
    private static extern int fegetround();
}
