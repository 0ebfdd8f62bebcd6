using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>
/// What a native thread pays for a patch that is not for it: WaitOne of a set event on a pool thread, before the patch and after it. Medians of
/// a few rounds.
/// </summary>
internal sealed class PassThroughWord : Word
{
    private const int Rounds = 7;

    public override string Name => "passthrough";

    public override string Usage => "a patched call (WaitOne) on a native thread, before patching (ns_before) and after";

    protected override bool PatchFirst => false;

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(3_000_000);
        double before = 0, after = 0;
        var done = new TaskCompletionSource();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            before = Timed.MedianNanoseconds(Rounds, times, Waits);
            Patch.All();
            after = Timed.MedianNanoseconds(Rounds, times, Waits);
            done.SetResult();
        });
        done.Task.GetAwaiter().GetResult();
        return new BenchLine(Name, times, after).Add(BenchLine.NanosecondsBefore, before);
    }

    private static void Waits(int times)
    {
        using var set = new ManualResetEvent(true);
        for (int i = 0; i < times; i++) set.WaitOne();
    }
}
