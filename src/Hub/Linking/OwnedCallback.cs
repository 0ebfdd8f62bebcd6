using System;

namespace Patchy.Linking;

/// <summary>A callback that is linked to an event, a result or a semaphore (gevent's rawlink): told once, called by its hub in its turn, revocable until then.</summary>
internal sealed class OwnedCallback(ICallbackOwner owner, Action<ILinkable> callback, Hub hub) : Link
{
    public Action<ILinkable> Callback => callback;

    public override bool Wake()
    {
        hub.RunCallback(static link => ((OwnedCallback)link!).Call(), this);
        return true;
    }

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();

    private void Call()
    {
        if (owner.TryBegin(this)) callback(owner);
    }
}
