namespace Patchy.Scenarios.Promises;

/// <summary>Patch.All again is harmless, also from several threads at once.</summary>
internal sealed class PatchTwice : IScenario
{
    public int Run(string[] args)
    {
        var checks = new Checks();
        Task<PatchReport>[] racing = [.. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() => Patch.All(), TaskCreationOptions.LongRunning))];
        PatchReport first = Patch.All();
        PatchReport second = Patch.All();
        PatchReport[] all = [first, second, .. racing.Select(r => r.Result)];
        checks.That("one of them patched, the others found nothing to do", all.Count(r => r.Result == PatchResult.Patched) == 1 && second.Result == PatchResult.NothingToDo);
        checks.That("the same table for all", all.All(r => ReferenceEquals(r.Rows, first.Rows)));
        checks.That("as the property says", ReferenceEquals(Patch.Report!.Rows, first.Rows));
        int turns = 0;
        bool stop = false;
        var other = new Thread(() =>
        {
            while (!stop)
            {
                turns++;
                Thread.Sleep(1);
            }
        });
        other.Start();
        for (int turn = 0; turn < 100 && turns <= 5; turn++) Thread.Sleep(50); // once, but where the machine is slow
        stop = true;
        other.Join();
        checks.That("and it works", turns > 5, turns);
        return checks.Finish();
    }
}
