using System;

namespace Patchy.Linking;

/// <summary>A callback that its hub runs once the linked object is ready: gevent's rawlink.</summary>
internal class CallbackLink : Link
{
    private readonly ILinkable _source;

    /// <summary>On the hub of the calling thread, which is made when there is none; a listener (see <see cref="IReadyListener"/>) needs none.</summary>
    public CallbackLink(ILinkable source, Action<ILinkable> callback) : this(source, callback, callback.Target is IReadyListener ? null : Hub.ForThisThread()) { }

    public CallbackLink(ILinkable source, Action<ILinkable> callback, Hub? hub)
    {
        _source = source;
        Callback = callback;
        Hub = hub;
    }

    public Action<ILinkable> Callback { get; }

    /// <summary>Where it is called; null: by whoever wakes it, at once.</summary>
    public Hub? Hub { get; }

    public override bool Wake()
    {
        if (Hub is not null && Callback.Target is not IReadyListener) Hub.RunCallback(static link => ((CallbackLink)link!).Call(), this);
        else Call();
        return true;
    }

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();

    /// <summary>Its turn has come. False when it was unlinked after it had been posted: then it is not called.</summary>
    private protected virtual bool TryBegin() => true;

    private void Call()
    {
        if (TryBegin()) Callback(_source);
    }
}
