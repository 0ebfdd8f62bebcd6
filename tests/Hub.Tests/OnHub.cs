using System.Runtime.ExceptionServices;

namespace Patchy.Tests;

/// <summary>Runs a test body as the main greenlet of a hub of its own. A body that hangs fails with a dump of who waits for what.</summary>
internal static class OnHub
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_undisturbed = TimeSpan.FromSeconds(20);

    /// <summary>As <see cref="Run"/>, but in a spawned greenlet.</summary>
    public static void RunSpawned(FiberKind kind, Action body) => Run(kind, () => Greenlet.Spawn(body).Get());

    /// <summary>Nobody else runs until the body waits, however long that takes on a busy machine: the monitor does not take the hub from it.</summary>
    public static void Run(FiberKind kind, Action body) => Run(kind, s_undisturbed, body);

    /// <summary>As <see cref="Run(FiberKind, Action)"/>, with the monitor as it is in a program: whoever blocks the carrier is relieved of it.</summary>
    public static void RunMonitored(FiberKind kind, Action body) => Run(kind, TimeSpan.Zero, body);

    /// <summary>As <see cref="RunMonitored"/>, but in a spawned greenlet.</summary>
    public static void RunSpawnedMonitored(FiberKind kind, Action body) => RunMonitored(kind, () => Greenlet.Spawn(body).Get());

    private static void Run(FiberKind kind, TimeSpan reliefAfter, Action body)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Hub hub = Hub.Create(kind);
                hub.ReliefAfter = reliefAfter;
                try { body(); }
                finally { hub.ReliefAfter = TimeSpan.Zero; } // its thread ends: the monitor is to end the hub at once, or hundreds would be left
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }) { IsBackground = true };
        thread.StartNatively();
        if (!thread.Join(s_patience)) throw new TimeoutException("The test hangs. " + HubDump.Text());
        failure?.Throw();
    }
}
