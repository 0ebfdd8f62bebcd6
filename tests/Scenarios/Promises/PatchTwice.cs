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
        checks.That("the same report", ReferenceEquals(first, second));
        checks.That("also for the others", racing.All(r => ReferenceEquals(r.Result, first)));
        checks.That("as the property says", ReferenceEquals(Patch.Report, first));
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
        Thread.Sleep(50);
        stop = true;
        other.Join();
        checks.That("and it works", turns > 5, turns);
        return checks.Finish();
    }
}
