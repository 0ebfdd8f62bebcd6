using System;
using Patchy.Linking;

namespace Patchy;

/// <summary>The way of an error that nobody may ever ask for to the hub that it happened on.</summary>
internal static class HubErrors
{
    /// <summary>Replaces the handling of every hub; for tests.</summary>
    public static Action<object?, Exception>? Handler { get; set; }

    /// <summary>On the failed greenlet, or on the loop. Never throws.</summary>
    public static void Report(Greenlet greenlet, Exception exception) => Report(greenlet.Hub, greenlet, exception);

    /// <summary>On the loop: a callback has failed, and <paramref name="state"/> says which. Never throws.</summary>
    public static void ReportCallback(Hub hub, object? state, Exception exception) =>
        Report(hub, state is CallbackLink link ? link.Callback : state as Delegate ?? (object)hub, exception);

    /// <summary>
    /// May be called from any thread: <paramref name="work"/> that was handed to a native thread has failed. Its hub handles that in its turn; what comes from
    /// a thread without a hub, or from a hub that is no more, is printed. Never throws.
    /// </summary>
    public static void ReportWork(Hub? hub, object work, Exception exception)
    {
        try
        {
            if (Handler is { } handler) handler(work, exception);
            else if (hub is { IsDestroyed: false }) hub.RunCallback(static state => Handle((WorkError)state!), new WorkError(hub, work, exception));
            else Console.Error.WriteLine($"{exception}{Environment.NewLine}{work} failed with {exception.GetType().Name}");
        }
        catch (Exception)
        {
            // standard error is closed: there is nowhere to say it
        }
    }

    private static void Handle(WorkError error) => error.Hub.Report(error.Work, error.Exception);

    private static void Report(Hub hub, object context, Exception exception)
    {
        if (Handler is { } handler) handler(context, exception);
        else hub.Report(context, exception);
    }

    private sealed record WorkError(Hub Hub, object Work, Exception Exception);
}
