using System;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore;

/// <summary>One of the hubs that run requests.</summary>
internal sealed class RequestHub
{
    private readonly ILogger _logger;
    private int _waiting;

    public RequestHub(Hub hub, ILogger logger)
    {
        Hub = hub;
        _logger = logger;
        hub.ErrorHandler = Handle;
    }

    public Hub Hub { get; }

    /// <summary>How many have been handed to the hub and not begun: more than a few say that it is held up.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>May be called from any thread: <paramref name="greenlet"/> runs soon.</summary>
    /// <exception cref="HubDestroyedException">The application has stopped.</exception>
    public void Start(RequestGreenlet greenlet)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            greenlet.Start();
        }
        catch (HubDestroyedException)
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }
    }

    /// <summary>By the greenlet, when it begins (or when it is known that it cannot).</summary>
    public void Begun() => Interlocked.Decrement(ref _waiting);

    /// <summary>For what runs elsewhere, since no greenlet can be had.</summary>
    public void ReportNoGreenlet(Exception exception) => LogMessages.NoGreenlet(_logger, exception);

    /// <summary>For an exception that no task keeps.</summary>
    public void ReportUnobserved(Exception exception) => LogMessages.Unobserved(_logger, exception);

    private void Handle(object? context, Exception exception)
    {
        if (context is not RequestGreenlet greenlet) Hub.HandleError(context, exception);
        else if (greenlet.HasBegun) ReportUnobserved(exception);
        else greenlet.Refuse(exception);
    }
}
