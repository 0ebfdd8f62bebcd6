using System;

namespace Patchy.Linking;

// Life of a callback: Linked (in the owner's list of those who wait) -> Told (taken out by whoever found the object ready, posted to its hub, kept in
// Told) -> Called, or back to Linked when the object is not ready any more. Unlink takes it out of either list; a told one that is in no list is not called.

/// <summary>Those callbacks of one object that were told and have not run. Only under the owner's latch.</summary>
internal struct CallbackLists(LinkList linked)
{
    private LinkList? _told;

    public void AddTold(OwnedCallback callback) => (_told ??= new LinkList()).AppendWithItsTicket(callback);

    /// <summary>False when it was taken back.</summary>
    public readonly bool RemoveTold(OwnedCallback callback) => _told!.Remove(callback);

    public readonly int ToldCount => _told is null ? 0 : _told.Count;

    /// <summary>Takes back the one that was linked first, if there are several: like .NET's events, and unlike gevent, these call what is linked twice twice.</summary>
    public readonly void Unlink(Action<ILinkable> callback)
    {
        if (_told is not null && Find(_told, callback) is { } told) _told.Remove(told);
        else if (Find(linked, callback) is { } waiting) linked.Remove(waiting);
    }

    private static Link? Find(LinkList list, Action<ILinkable> callback)
    {
        for (Link? link = list.First; link is not null; link = link.After)
            if (link is OwnedCallback owned && owned.Callback == callback) return link;
        return null;
    }
}
