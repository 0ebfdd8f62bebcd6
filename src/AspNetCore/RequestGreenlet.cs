using System;
using System.Threading;

namespace Patchy.AspNetCore;

// Life: made and started by RequestContext -> Run, once, on its hub -> over.
//                                          -> Refuse, when it can have no stack: what it was to run goes to the pool, so that the request ends in some way.

/// <summary>Runs one piece of a request: its first one, or what follows an await.</summary>
internal sealed class RequestGreenlet : Greenlet
{
    private readonly RequestContext _request;
    private readonly object _callback; // an Action, or a SendOrPostCallback for _state
    private readonly object? _state;

    private RequestGreenlet(RequestContext request, object callback, object? state) : base(request.RequestHub.Hub)
    {
        _request = request;
        _callback = callback;
        _state = state;
    }

    public RequestGreenlet(RequestContext request, Action callback) : this(request, callback, null) { }

    public RequestGreenlet(RequestContext request, SendOrPostCallback callback, object? state) : this(request, (object)callback, state) { }

    /// <summary>It has had a turn: an exception is its code's.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>On the hub's loop or on the thread of whoever started it: it cannot run.</summary>
    public void Refuse(Exception exception)
    {
        _request.RequestHub.Begun();
        if (_callback is Action first) _request.RefuseEntry(first, exception);
        else _request.PostToPool((SendOrPostCallback)_callback, _state, exception);
    }

    /// <inheritdoc/>
    protected override void Run()
    {
        HasBegun = true;
        RequestContext request = _request;
        request.RequestHub.Begun();
        request.Kill?.Enter(this);
        SynchronizationContext.SetSynchronizationContext(request);
        try
        {
            if (_callback is Action first) first();
            else ((SendOrPostCallback)_callback)(_state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null); // the stack is used again
            request.Kill?.Leave(this);
        }
    }
}
