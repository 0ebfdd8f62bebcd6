using System;

namespace Patchy.Linking;

// Written for few write barriers: a hand-over of a queue appends and takes out one link each way. The links of one that is in no list are null (but in a LinkChain, which clears them before the owner can go on).

/// <summary>Those who wait for something, first come first told. Only under the owner's latch; whoever is to be told is taken out there and told outside.</summary>
internal sealed class LinkList
{
    private Link? _first;
    private Link? _last;

    public bool IsEmpty => _first is null;

    public int Count { get; private set; }

    public Link? First => _first;

    /// <summary>The ticket of the youngest link that was ever appended: who comes later has a higher one.</summary>
    public long LastTicket { get; private set; }

    public void Append(Link link)
    {
        link.Ticket = ++LastTicket;
        AppendWithItsTicket(link);
    }

    /// <summary>At the end, with the ticket that it has.</summary>
    public void AppendWithItsTicket(Link link)
    {
        RequireFree(link);
        link.List = this;
        if (_last is { } last)
        {
            link.Before = last;
            last.After = link;
        }
        else
        {
            _first = link;
        }
        _last = link;
        Count++;
    }

    /// <summary>To the place that <paramref name="link"/>'s ticket says: the end in most cases, or near the front, where only others that came back too can be before it.</summary>
    public void InsertByTicket(Link link)
    {
        Link? place = _last is null || _last.Ticket < link.Ticket ? null : _first;
        while (place is not null && place.Ticket < link.Ticket) place = place.After;
        InsertBefore(link, place);
    }

    /// <summary>In front of all others: for one that was woken and found that somebody else had been quicker.</summary>
    public void Prepend(Link link) => InsertBefore(link, _first);

    /// <summary>False when it is not in this list (any more).</summary>
    public bool Remove(Link link)
    {
        if (link.List != this) return false;
        if (link.Before is null) _first = link.After;
        else link.Before.After = link.After;
        if (link.After is null) _last = link.Before;
        else link.After.Before = link.Before;
        link.List = null;
        link.Before = null;
        link.After = null;
        Count--;
        return true;
    }

    public Link? TakeFirst()
    {
        Link? link = _first;
        if (link is null) return null;
        if (link.After is { } next)
        {
            next.Before = null;
            _first = next;
            link.After = null;
        }
        else
        {
            _first = _last = null;
        }
        link.List = null;
        Count--;
        return link;
    }

    /// <summary>All of them in their order, left where they are.</summary>
    public Link[] ToArray()
    {
        var all = new Link[Count];
        int at = 0;
        for (Link? link = _first; link is not null; link = link.After) all[at++] = link;
        return all;
    }

    /// <summary>All of them in their order; the list is empty then.</summary>
    public Link[] TakeAll()
    {
        Link[] all = ToArray();
        foreach (Link link in all) Remove(link);
        return all;
    }

    /// <summary>The first one that fits; for unlinking a callback. It is left where it is.</summary>
    public Link? Find(Predicate<Link> fits)
    {
        for (Link? link = _first; link is not null; link = link.After)
            if (fits(link)) return link;
        return null;
    }

    private void InsertBefore(Link link, Link? place)
    {
        if (place is null)
        {
            AppendWithItsTicket(link);
            return;
        }
        RequireFree(link);
        link.List = this;
        link.After = place;
        link.Before = place.Before;
        if (link.Before is null) _first = link;
        else link.Before.After = link;
        place.Before = link;
        Count++;
    }

    private static void RequireFree(Link link)
    {
        if (link.List is not null) throw new InvalidOperationException("A link can be in one list only. This is a bug in Patchy.");
    }
}
