namespace Patchy.Tests.Queues;

/// <summary>Waits for what another thread or greenlet brings about.</summary>
internal static class Till
{
    public static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    public static void True(Func<bool> condition)
    {
        while (!condition()) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>All that is ready runs, and what that makes ready.</summary>
    public static void Settled()
    {
        for (int i = 0; i < 4; i++) Greenlet.Yield();
    }
}
