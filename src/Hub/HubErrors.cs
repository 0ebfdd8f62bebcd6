using System;

namespace Patchy;

/// <summary>Where errors of greenlets go that nobody may ever ask for: printed, as gevent prints them.</summary>
internal static class HubErrors
{
    /// <summary>Replaces the printing; for tests.</summary>
    public static Action<Greenlet, Exception>? Handler { get; set; }

    /// <summary>On the failed greenlet, or on the loop.</summary>
    public static void Report(Greenlet greenlet, Exception exception)
    {
        if (Handler is { } handler) handler(greenlet, exception);
        else Console.Error.WriteLine($"{exception}{Environment.NewLine}{greenlet.Name} failed with {exception.GetType().Name}");
    }
}
