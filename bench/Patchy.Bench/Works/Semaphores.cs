namespace Patchy.Bench.Works;

/// <summary>Two threads and two semaphores, as legacy code: OS threads, or green ones where it is patched.</summary>
internal static class Semaphores
{
    /// <summary>That many turns there and back.</summary>
    public static void PingPong(int turns)
    {
        using var ping = new SemaphoreSlim(0);
        using var pong = new SemaphoreSlim(0);
        var other = new Thread(() =>
        {
            for (int i = 0; i < turns; i++)
            {
                ping.Wait();
                pong.Release();
            }
        });
        other.Start();
        for (int i = 0; i < turns; i++)
        {
            ping.Release();
            pong.Wait();
        }
        other.Join();
    }

    public static async Task PingPongAsync(int turns)
    {
        using var ping = new SemaphoreSlim(0);
        using var pong = new SemaphoreSlim(0);
        Task other = Task.Run(async () =>
        {
            for (int i = 0; i < turns; i++)
            {
                await ping.WaitAsync();
                pong.Release();
            }
        });
        for (int i = 0; i < turns; i++)
        {
            ping.Release();
            await pong.WaitAsync();
        }
        await other;
    }
}
