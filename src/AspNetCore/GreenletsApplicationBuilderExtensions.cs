using System;
using System.Threading.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Patchy;
using Patchy.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds greenlets to an application's pipeline.</summary>
public static class GreenletsApplicationBuilderExtensions
{
    /// <summary>Runs the rest of the pipeline on greenlets, with the usual options. See <see cref="UseGreenlets(IApplicationBuilder, Action{GreenletsOptions})"/>.</summary>
    /// <exception cref="InvalidOperationException">The process is not patched.</exception>
    public static IApplicationBuilder UseGreenlets(this IApplicationBuilder app) => UseGreenlets(app, static _ => { });

    /// <summary>
    /// Runs what comes after it in the pipeline on greenlets: a handler, an action or a middleware that blocks (a database call, a lock, a sleep) parks a greenlet instead of a thread of the pool. What follows
    /// an <c>await</c> runs on a greenlet of the same hub. Call it after the exception handler and before everything else. The hubs start with the application and end with it. A request that is
    /// on a greenlet already passes through. The counterpart of gevent.pywsgi.WSGIServer. May be called from any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process is not patched, and the options do not ask for it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is a number that makes no sense.</exception>
    public static IApplicationBuilder UseGreenlets(this IApplicationBuilder app, Action<GreenletsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new GreenletsOptions();
        configure(options);
        options.Check();
        PatchCheck.Require(options.Patch);
        IServiceProvider services = app.ApplicationServices;
        return app.Use(next =>
        {
            // When the pipeline is built: a program whose Main is run by a design-time tool gets no threads.
            ILogger logger = services.GetService<ILoggerFactory>()?.CreateLogger("Patchy.AspNetCore") ?? NullLogger.Instance;
            PatchCheck.Warn(logger);
            return new GreenletsMiddleware(next, HubSet.Of(services, options.Hubs, logger), Limiter(options), options, logger).InvokeAsync;
        });
    }

    private static ConcurrencyLimiter? Limiter(GreenletsOptions options) => options.MaxConcurrentRequests is { } most
        ? new ConcurrencyLimiter(new() { PermitLimit = most, QueueLimit = options.MaxQueuedRequests, QueueProcessingOrder = QueueProcessingOrder.OldestFirst })
        : null;
}
