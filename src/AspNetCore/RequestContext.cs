using System;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Patchy.AspNetCore;

// Protocol.
//  1. `await request` goes over to a greenlet of the request's hub. On it this is the current SynchronizationContext, so that what follows an await in the handler is posted here.
//  2. Each post gets a greenlet of its own, from the hub's pool; none waits for another. So a handler that blocks on a task (Result, Wait) cannot keep what that task needs from
//     running, which a context with one thread would. As in ASP.NET Core without a context, what was started and not awaited runs beside the rest.
//  3. While the request awaits it has no greenlet and no stack: async code costs what it always did.
//  4. A post after the request has ended runs all the same; one that can get no greenlet runs on the pool, still with this context.

/// <summary>The way of one request onto greenlets: what it awaits to get there, and the context in which its continuations come back.</summary>
internal sealed class RequestContext(RequestHub hub, DisconnectKill? kill) : SynchronizationContext, ICriticalNotifyCompletion
{
    private ExceptionDispatchInfo? _refusal;

    public RequestHub RequestHub { get; } = hub;

    /// <summary>What ends its greenlets when the client goes; null when they stay.</summary>
    public DisconnectKill? Kill { get; } = kill;

    public bool IsCompleted => false;

    public RequestContext GetAwaiter() => this;

    /// <exception cref="Exception">No greenlet could be had: the hub is over, or no stack is left.</exception>
    public void GetResult() => _refusal?.Throw();

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        try
        {
            RequestHub.Start(new RequestGreenlet(this, continuation));
        }
        catch (HubDestroyedException exception)
        {
            RefuseEntry(continuation, exception);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        try
        {
            RequestHub.Start(new RequestGreenlet(this, d, state));
        }
        catch (HubDestroyedException exception)
        {
            PostToPool(d, state, exception);
        }
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    public void RefuseEntry(Action continuation, Exception exception)
    {
        _refusal = ExceptionDispatchInfo.Capture(exception);
        ThreadPool.QueueUserWorkItem(static action => action(), continuation, preferLocal: false); // never here: this may be the hub's loop
    }

    public void PostToPool(SendOrPostCallback callback, object? state, Exception reason)
    {
        ThreadPool.QueueUserWorkItem(
            static post =>
            {
                post.Self.RequestHub.ReportNoGreenlet(post.Reason);
                SynchronizationContext? before = Current;
                SetSynchronizationContext(post.Self);
                try
                {
                    post.Callback(post.State);
                }
                catch (Exception exception)
                {
                    post.Self.RequestHub.ReportUnobserved(exception); // as on a greenlet: the process goes on
                }
                finally
                {
                    SetSynchronizationContext(before);
                }
            },
            (Self: this, Callback: callback, State: state, Reason: reason), preferLocal: false);
    }
}
