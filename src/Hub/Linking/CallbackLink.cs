using System;

namespace Patchy.Linking;

/// <summary>A callback that its hub runs once the linked object is ready: gevent's rawlink.</summary>
internal sealed class CallbackLink : Link
{
    private readonly ILinkable _source;

    /// <summary>On the hub of the calling thread, which is made when there is none.</summary>
    public CallbackLink(ILinkable source, Action<ILinkable> callback) : this(source, callback, Hub.ForThisThread()) { }

    public CallbackLink(ILinkable source, Action<ILinkable> callback, Hub hub)
    {
        _source = source;
        Callback = callback;
        Hub = hub;
    }

    public Action<ILinkable> Callback { get; }

    public Hub Hub { get; }

    public override bool Wake()
    {
        Hub.RunCallback(static link => ((CallbackLink)link!).Call(), this);
        return true;
    }

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();

    private void Call() => Callback(_source);
}
