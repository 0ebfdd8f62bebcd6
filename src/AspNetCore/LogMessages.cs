using System;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore;

/// <summary>Everything that is written to the application's log.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Debug, "Requests run on the greenlets of {Count} hubs.")]
    public static partial void Started(ILogger logger, int count);

    [LoggerMessage(2, LogLevel.Warning, "These groups are not patched: {Missing}. A handler that blocks in one of them blocks its hub, and all requests there. Patch.All() patches them.")]
    public static partial void NotAllPatched(ILogger logger, PatchGroups missing);

    [LoggerMessage(3, LogLevel.Debug, "A request was ended because its client has disconnected.")]
    public static partial void Disconnected(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "A request was ended: its greenlet was killed.")]
    public static partial void Killed(ILogger logger);

    [LoggerMessage(5, LogLevel.Error, "An exception was let through by code that no request waits for, such as an async void method.")]
    public static partial void Unobserved(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "A part of a request runs on a thread of the pool, where blocking blocks that thread: it could get no greenlet.")]
    public static partial void NoGreenlet(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Debug, "A request was refused: {Most} are waiting for their turn already.")]
    public static partial void Refused(ILogger logger, int most);

    [LoggerMessage(8, LogLevel.Warning, "Greenlets that were still running have not ended in time after the application had stopped.")]
    public static partial void LeftBehind(ILogger logger);
}
