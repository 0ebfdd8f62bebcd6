namespace Patchy.Scenarios.Promises;

/// <summary>
/// Several native threads make green threads foreground and background ones, all at once and also when they are just ending. Whatever was said last, threads that are over keep no process: it ends by itself
/// when Main returns.
/// </summary>
internal sealed class ForegroundToggles : IScenario
{
    private const int Rounds = 60, Togglers = 3, Threads = 20;

    public int Run(string[] args)
    {
        _ = Patch.All();
        Thread[] current = [];
        bool over = false;
        Task[] togglers = [.. Enumerable.Range(0, Togglers).Select(_ => Task.Factory.StartNew(() =>
        {
            for (bool value = false; !Volatile.Read(ref over); value = !value)
                foreach (Thread thread in Volatile.Read(ref current)) Set(thread, value);
        }, TaskCreationOptions.LongRunning))];
        int ran = 0;
        for (int round = 0; round < Rounds; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() => { Thread.Sleep(0); Interlocked.Increment(ref ran); }))];
            foreach (Thread thread in threads) thread.Start();
            Volatile.Write(ref current, threads);
            foreach (Thread thread in threads) thread.Join();
        }
        over = true;
        Task.WaitAll(togglers);
        var checks = new Checks();
        checks.That("all have run", ran == Rounds * Threads, ran);
        return checks.Finish();
    }

    private static void Set(Thread thread, bool value)
    {
        try
        {
            thread.IsBackground = value;
        }
        catch (ThreadStateException)
        {
            // it is over
        }
    }
}
