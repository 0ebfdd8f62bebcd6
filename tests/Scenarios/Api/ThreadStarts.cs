namespace Patchy.Scenarios.Api;

/// <summary>ThreadStarts: what can be relied on when Thread.Start returns, patched.</summary>
internal sealed class ThreadStarts : IScenario
{
    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        var ids = new HashSet<int> { Environment.CurrentManagedThreadId };
        var order = new List<string>();
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            ids.Add(Environment.CurrentManagedThreadId);
            order.Add($"{i}a");
            Thread.Sleep(20);
            order.Add($"{i}b");
        }))];
        foreach (Thread thread in threads) thread.Start();
        checks.That("alive as soon as Start has returned", threads.All(thread => thread.IsAlive));
        checks.That("Start only queues them", order.Count == 0);
        Thread.Sleep(0);
        checks.That("they begin in the order of their start, up to their first wait", order.SequenceEqual(["0a", "1a", "2a"]), string.Join(' ', order));
        foreach (Thread thread in threads) thread.Join();
        checks.That("each has an identity of its own", ids.Count == 4);
        return checks.Finish();
    }
}
