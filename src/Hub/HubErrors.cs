using System;

namespace Patchy;

/// <summary>Where errors of greenlets go that nobody may ever ask for: printed, as gevent prints them.</summary>
internal static class HubErrors
{
    /// <summary>Replaces the printing; for tests.</summary>
    public static Action<object, Exception>? Handler { get; set; }

    /// <summary>On the failed greenlet, or on the loop. <paramref name="context"/> is the greenlet, or the hub when a callback of it has failed.</summary>
    public static void Report(object context, Exception exception)
    {
        string name = context is Greenlet greenlet ? greenlet.Name : $"A callback of {context}";
        if (Handler is { } handler) handler(context, exception);
        else Console.Error.WriteLine($"{exception}{Environment.NewLine}{name} failed with {exception.GetType().Name}");
    }
}
