using System;
using System.Runtime.ExceptionServices;
using Patchy.Linking;

namespace Patchy.Pools;

// Life: Begun (its results know it) -> Done by Deliver, once, on any thread; both under the latch of its results.

/// <summary>One call of a map, and then its outcome.</summary>
internal abstract class MapItem<TResult> : IReadyListener
{
    private readonly MapResults<TResult> _results;
    private Greenlet<TResult>? _greenlet;
    private Members? _members;

    protected MapItem(MapResults<TResult> results) => _results = results;

    /// <summary>Only under the latch of the results; its value and error do not change after.</summary>
    public bool IsDone { get; set; }

    public TResult? Value { get; private set; }

    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Calls the user's function; when nobody will read the result any more it is not called.</summary>
    public TResult Call() => _results.IsStopped ? default! : Invoke();

    /// <summary>The greenlet, a member already and not started yet, will make the call: its end delivers. One that is killed has the default value, as its Get has.</summary>
    public void Attach(Greenlet<TResult> greenlet, Members members)
    {
        (_greenlet, _members) = (greenlet, members);
        greenlet.RawLink(OnEnd);
    }

    /// <summary>Once, from any thread.</summary>
    public void Deliver(TResult? value, Exception? error)
    {
        Value = value;
        Error = error is null ? null : ExceptionDispatchInfo.Capture(error);
        _results.Add(this);
    }

    protected abstract TResult Invoke();

    // After the callback by which it leaves its group: who has all results finds the group empty.
    private void OnEnd(ILinkable ended) =>
        _members!.AfterEnd((Greenlet)ended, static item => ((MapItem<TResult>)item!).DeliverEnd(), this);

    private void DeliverEnd() => Deliver(_greenlet!.Value, _greenlet.Exception);
}
