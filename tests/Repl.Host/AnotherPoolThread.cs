namespace Patchy.Repl;

/// <summary>Runs something on another thread of the pool than the last time. The last one has gone back to the pool then, and looks for work.</summary>
internal static class AnotherPoolThread
{
    private static int s_last;

    public static async Task RunAsync(Func<Task> run)
    {
        const int Candidates = 3;
        using var all = new CountdownEvent(Candidates);
        int taken = 0;
        Task Candidate()
        {
            all.Signal();
            all.Wait(); // so that they are different threads
            int self = Environment.CurrentManagedThreadId;
            if (self == s_last || Interlocked.Exchange(ref taken, self) != 0) return Task.CompletedTask;
            s_last = self;
            return run();
        }
        await Task.WhenAll(Enumerable.Range(0, Candidates).Select(_ => Task.Run(Candidate)));
    }
}
