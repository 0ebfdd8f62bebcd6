using System;

namespace Patchy.Linking;

// Life of a callback: Linked (in the owner's list of those who wait) -> Told (taken out by whoever found the object ready, posted to its hub, kept in
// Told) -> Called, or back to Linked when the object is not ready any more. Unlink takes it out of either list; a told one that is in no list is not called.

/// <summary>Those callbacks of one object that were told and have not run. Only under the owner's latch.</summary>
internal readonly struct CallbackLists(LinkList linked)
{
    private readonly LinkList _told = new();

    public void AddTold(OwnedCallback callback) => _told.AppendWithItsTicket(callback);

    /// <summary>False when it was taken back.</summary>
    public bool RemoveTold(OwnedCallback callback) => _told.Remove(callback);

    public int ToldCount => _told.Count;

    /// <summary>A callback that is linked twice is called once, as in gevent. Patchy's own listeners count their calls.</summary>
    public bool Contains(Action<ILinkable> callback) => callback.Target is not IReadyListener && (Find(linked, callback) is not null || Find(_told, callback) is not null);

    public void Unlink(Action<ILinkable> callback)
    {
        if (Find(linked, callback) is { } waiting) linked.Remove(waiting);
        else if (Find(_told, callback) is { } told) _told.Remove(told);
    }

    private static Link? Find(LinkList list, Action<ILinkable> callback)
    {
        for (Link? link = list.First; link is not null; link = link.After)
            if (link is OwnedCallback owned && owned.Callback == callback) return link;
        return null;
    }
}
