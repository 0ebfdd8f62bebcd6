using System;
using System.Threading;
using System.Threading.RateLimiting;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore;

// The way of a request.
//  1. The server calls InvokeAsync on a thread of the pool. With MaxConcurrentRequests it awaits its turn there.
//  2. `await request` takes it to a greenlet of a hub; the rest of the pipeline is called there.
//  3. When that has blocked and not awaited, the task ends on the greenlet, and so does what awaits it: the server finishes the response there, which is a few microseconds without a
//     wait, instead of having a thread of the pool woken for it. When the request was killed it does not: the kill must not meet the server's code.
//  4. When the rest has awaited, the task ends wherever the last await did; what comes before in the pipeline goes on on the pool.

/// <summary>Takes requests to greenlets.</summary>
internal sealed class GreenletsMiddleware
{
    private readonly RequestDelegate _next;
    private readonly HubSet _hubs;
    private readonly ILogger _logger;
    private readonly bool _allowSynchronousIO;
    private readonly bool _killOnDisconnect;
    private readonly int _mostQueued;
    private readonly RateLimiter? _limiter;

    public GreenletsMiddleware(RequestDelegate next, HubSet hubs, RateLimiter? limiter, GreenletsOptions options, ILogger logger)
    {
        _next = next;
        _hubs = hubs;
        _limiter = limiter;
        _logger = logger;
        _allowSynchronousIO = options.AllowSynchronousIO;
        _killOnDisconnect = options.KillOnDisconnect;
        _mostQueued = options.MaxQueuedRequests;
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (SynchronizationContext.Current is RequestContext) return _next(context); // an outer UseGreenlets has it
        return _limiter is null ? RunAsync(context) : RunInTurnAsync(context);
    }

    private async Task RunInTurnAsync(HttpContext context)
    {
        RateLimitLease lease;
        try
        {
            lease = await _limiter!.AcquireAsync(1, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            EndDisconnected(context);
            return;
        }
        using (lease)
        {
            if (lease.IsAcquired)
            {
                await RunAsync(context).ConfigureAwait(false);
                return;
            }
        }
        LogMessages.Refused(_logger, _mostQueued);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }

    private async Task RunAsync(HttpContext context)
    {
        DisconnectKill? kill = null;
        if (_killOnDisconnect) (kill = new DisconnectKill()).WatchFor(context.RequestAborted);
        var request = new RequestContext(_hubs.Next(), kill);
        bool killed = false;
        try
        {
            await request; // from here on on a greenlet
            if (_allowSynchronousIO && context.Features.Get<IHttpBodyControlFeature>() is { } body) body.AllowSynchronousIO = true;
            await _next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (kill is not null && kill.Explains(exception))
        {
            EndDisconnected(context);
        }
        catch (Exception exception) when (IsExit(exception))
        {
            killed = true;
            EndKilled(context);
        }
        finally
        {
            kill?.End();
        }
        if (!killed && kill is not { HasHit: true } && SynchronizationContext.Current == request) SynchronizationContext.SetSynchronizationContext(null);
    }

    private void EndDisconnected(HttpContext context)
    {
        LogMessages.Disconnected(_logger);
        if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // nobody gets it; logs and metrics show it
    }

    /// <summary>gevent: a GreenletExit is no error that is printed, and the client gets a 500.</summary>
    private void EndKilled(HttpContext context)
    {
        LogMessages.Killed(_logger);
        if (context.Response.HasStarted) context.Abort(); // what was cut short must not look complete
        else context.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }

    private static bool IsExit(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (inner is GreenletExit) return true;
        return false;
    }
}
