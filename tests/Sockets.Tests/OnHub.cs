using System.Runtime.ExceptionServices;
using Patchy.Fibers;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>Runs a body as the main greenlet of a hub of its own, or on a native thread: there the same calls reach the originals.</summary>
internal static class OnHub
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_undisturbed = TimeSpan.FromSeconds(20);

    /// <summary>The fiber kinds that this machine can do.</summary>
    public static FiberKind[] AllKinds { get; } = FiberPlatform.WhyNotUserMode() is null ? [FiberKind.User, FiberKind.Kernel] : [FiberKind.Kernel];

    public static TheoryData<FiberKind> Kinds { get; } = new(AllKinds);

    /// <summary>Nobody else runs until the body waits, however long that takes on a busy machine: the monitor does not take the hub from it.</summary>
    public static void Run(FiberKind kind, Action body) => OnThread(() =>
    {
        Hub hub = Hub.Create(kind);
        hub.ReliefAfter = s_undisturbed;
        try
        {
            body();
        }
        finally
        {
            hub.ReliefAfter = TimeSpan.Zero; // or it would live on for that time after its thread
        }
    });

    /// <summary>What a body says natively and what it says on a hub: they must be the same.</summary>
    public static (string Native, string Green) Both(FiberKind kind, Func<string> body)
    {
        string native = "", green = "";
        OnThread(() => native = body());
        Run(kind, () => green = body());
        return (native, green);
    }

    /// <summary>As <see cref="Both"/>, for a body that closes a socket under a call. Natively the thread that makes the call may come too late for it: such a round says nothing.</summary>
    public static (string Native, string Green) BothUnderClose(FiberKind kind, Func<string> body)
    {
        string native = "", green = "";
        for (int round = 0; round < 10 && (round == 0 || native.StartsWith(nameof(ObjectDisposedException), StringComparison.Ordinal)); round++) OnThread(() => native = body());
        Run(kind, () => green = body());
        return (native, green);
    }

    private static void OnThread(Action body)
    {
        ExceptionDispatchInfo? failure = null;
        // Started by a pool thread: whatever runs this test, the thread itself stays native.
        Thread thread = Task.Run(() =>
        {
            var started = new Thread(() =>
            {
                try
                {
                    body();
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
}
