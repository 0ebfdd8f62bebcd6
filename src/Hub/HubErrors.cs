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

    private static void Report(Hub hub, object context, Exception exception)
    {
        if (Handler is { } handler) handler(context, exception);
        else hub.Report(context, exception);
    }
}
