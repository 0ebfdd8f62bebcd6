using System;

namespace Patchy.Linking;

/// <summary>A callback that is linked to an event, a result or a semaphore: it is told once, and its owner has the last word when its turn comes.</summary>
internal sealed class OwnedCallback(ICallbackOwner owner, Action<ILinkable> callback) : CallbackLink(owner, callback)
{
    private protected override bool TryBegin() => owner.TryBegin(this);
}
