namespace Patchy.Linking;

/// <summary>Links that were taken out of their lists and claimed under a latch, in that order, to be resumed outside of it. They use the places they had in the list.</summary>
internal struct LinkChain
{
    private Link? _first;
    private Link? _last;

    /// <summary>Claims the link, which has left its list; it is to be resumed if that is still needed. False when the wait was over already.</summary>
    public bool TryClaim(Link link)
    {
        ClaimResult claim = link.Claim();
        if (claim == ClaimResult.MustResume)
        {
            if (_last is null) _first = link;
            else _last.After = link;
            _last = link;
        }
        return claim != ClaimResult.Lost;
    }

    /// <summary>Outside of the latch.</summary>
    public readonly void Resume()
    {
        Link? link = _first;
        while (link is not null)
        {
            Link? next = link.After;
            link.After = null;
            link.Resume();
            link = next;
        }
    }
}
