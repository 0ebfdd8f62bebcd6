using System.Runtime.ExceptionServices;
using FluentAssertions;
using Patchy.Fibers;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: Patchy.Tests.NoHubStays]

namespace Patchy.Servers.Tests;

/// <summary>Runs a body as the main greenlet of a hub of its own, on a native thread.</summary>
internal static class OnHub
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_undisturbed = TimeSpan.FromSeconds(20);

    /// <summary>The fiber kinds that this machine can do.</summary>
    public static TheoryData<FiberKind> Kinds { get; } = FiberPlatform.WhyNotUserMode() is null ? new(FiberKind.User, FiberKind.Kernel) : new(FiberKind.Kernel);

    public static bool IsPatched =>
#if PATCHED
        true;
#else
        false;
#endif

    /// <summary>Nobody else runs until the body waits, however long that takes on a busy machine: the monitor does not take the hub from it.</summary>
    public static void Run(FiberKind kind, Action body) => Run(kind, s_undisturbed, body);

    /// <summary>As <see cref="Run(FiberKind, Action)"/>, with the monitor as it is in a program: whoever blocks the carrier is relieved of it.</summary>
    public static void RunMonitored(FiberKind kind, Action body) => Run(kind, TimeSpan.Zero, body);

    private static void Run(FiberKind kind, TimeSpan reliefAfter, Action body)
    {
        ExceptionDispatchInfo? failure = null;
        // Started by a pool thread: whatever runs this test, the thread itself stays native.
        Thread thread = Task.Run(() =>
        {
            var started = new Thread(() =>
            {
                try
                {
                    Hub hub = Hub.Create(kind);
                    hub.ReliefAfter = reliefAfter;
                    try
                    {
                        body();
                        hub.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue("every greenlet of the test has to end when it is killed");
                    }
                    finally
                    {
                        hub.ReliefAfter = TimeSpan.Zero; // or it would live on for that time after its thread
                    }
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            }) { IsBackground = true };
            started.Start();
            return started;
        }).Result;
        if (!thread.Join(s_patience)) throw new TimeoutException("The test hangs. " + HubDump.Text());
        failure?.Throw();
    }

    /// <summary>Waits, on a greenlet, until it holds; false after a long time.</summary>
    public static bool Until(Func<bool> holds)
    {
        for (int i = 0; i < 10_000; i++)
        {
            if (holds()) return true;
            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        }
        return false;
    }
}
