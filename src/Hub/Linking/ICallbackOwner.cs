namespace Patchy.Linking;

/// <summary>What callbacks are linked to: it keeps those that were told but have not run yet, so that they can still be taken back.</summary>
internal interface ICallbackOwner : ILinkable
{
    /// <summary>On the loop, when it is the callback's turn. False: it was taken back, or waits again because the object is not ready any more; it is not called.</summary>
    bool TryBegin(OwnedCallback callback);
}
