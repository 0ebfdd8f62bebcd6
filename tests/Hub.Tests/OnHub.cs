using System.Runtime.ExceptionServices;

namespace Patchy.Tests;

/// <summary>Runs a test body as the main greenlet of a hub of its own. A body that hangs fails with a dump of who waits for what.</summary>
internal static class OnHub
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// As <see cref="Run"/>, but in a spawned greenlet: for tests that rely on nobody else running until they wait. The main one is relieved of the carrier when it
    /// computes for long, and on a busy machine everything takes long.
    /// </summary>
    public static void RunSpawned(FiberKind kind, Action body) => Run(kind, () => Greenlet.Spawn(body).Get());

    public static void Run(FiberKind kind, Action body)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = Hub.Create(kind);
                body();
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
