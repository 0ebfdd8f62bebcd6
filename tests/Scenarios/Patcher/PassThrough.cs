using System.Diagnostics;
using System.Runtime.CompilerServices;
using Patchy.Detours;

namespace Patchy.Scenarios.Patcher;

/// <summary>What a redirected method costs a native thread: the replacement looks for a greenlet, finds none, and calls the original.</summary>
internal sealed unsafe class PassThrough : IScenario
{
    private const int Calls = 20_000_000;

    public static delegate*<int, int> StandOriginal;

    public int Run(string[] args)
    {
        double before = Best();
        var engine = new PrecodeCellEngine(RuntimeLayout.Read(RuntimeProbe.OfThisProcess()));
        IDetour detour = engine.Prepare("test", typeof(PassThrough).GetMethod(nameof(Target))!, typeof(PassThrough).GetMethod(nameof(Stand))!);
        StandOriginal = (delegate*<int, int>)detour.Original;
        detour.Apply();
        Thread.Sleep(300); // let the cell settle
        double after = Best();
        Console.WriteLine($"a call {before:f2} ns, redirected and passed through {after:f2} ns: {after - before:f2} ns more");
        return detour.Undo() ? 0 : 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Target(int value) => value + 1;

    public static int Stand(int value)
    {
        if (Greenlet.Running is null) return StandOriginal(value);
        return -value;
    }

    private static double Best()
    {
        double best = double.MaxValue;
        for (int round = 0; round < 12; round++)
        {
            long started = Stopwatch.GetTimestamp();
            Loop(Calls / 10);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Calls / 10));
            Thread.Sleep(40);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Loop(int count)
    {
        int sum = 0;
        for (int i = 0; i < count; i++) sum += Target(i);
        return sum;
    }
}
