namespace Patchy.Scenarios.Api;

/// <summary>
/// ThreadStarts: what can be relied on when Thread.Start returns, patched. On a machine that is busy the monitor may take main for one that keeps its carrier and let the threads run beside it, which is
/// its task; such an attempt says nothing.
/// </summary>
internal sealed class ThreadStarts : IScenario
{
    private const int MostAttempts = 50;

    public int Run(string[] args)
    {
        _ = Patch.All();
        for (int i = 1; ; i++)
        {
            long reliefs = HubMonitor.Reliefs;
            Checks checks = Check(out bool held);
            if (held || HubMonitor.Reliefs == reliefs || i == MostAttempts) return checks.Finish();
        }
    }

    private static Checks Check(out bool held)
    {
        var checks = new Checks();
        var ids = new HashSet<int> { Environment.CurrentManagedThreadId };
        var order = new List<string>();
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            lock (order) ids.Add(Environment.CurrentManagedThreadId);
            lock (order) order.Add($"{i}a");
            Thread.Sleep(20);
            lock (order) order.Add($"{i}b");
        }))];
        foreach (Thread thread in threads) thread.Start();
        checks.That("alive as soon as Start has returned", threads.All(thread => thread.IsAlive));
        string queued = InOrder();
        Thread.Sleep(0);
        string begun = InOrder();
        foreach (Thread thread in threads) thread.Join();
        checks.That("Start only queues them", queued == "", queued == "" ? null : queued);
        checks.That("they begin in the order of their start, up to their first wait", begun == "0a 1a 2a", begun);
        checks.That("each has an identity of its own", ids.Count == 4);
        held = queued == "" && begun == "0a 1a 2a";
        return checks;

        string InOrder()
        {
            lock (order) return string.Join(' ', order);
        }
    }
}
