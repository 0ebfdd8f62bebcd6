namespace Patchy.Threading;

/// <summary>The greenlets that wait for one native handle, oldest first. Guarded by its bucket's latch in <see cref="HandleTable"/>.</summary>
internal sealed class HandleEntry
{
    private HandleLink? _first;
    private HandleLink? _last;

    public HandleEntry(nint handle) => Handle = handle;

    public nint Handle { get; }

    public HandleEntry? NextInBucket { get; set; }

    public HandleLink? First => _first;

    public bool IsEmpty => _first is null;

    public void Append(HandleLink link)
    {
        link.Before = _last;
        if (_last is { } last) last.After = link;
        else _first = link;
        _last = link;
        link.Entry = this;
    }

    /// <summary>Does nothing when the link is out already.</summary>
    public void Remove(HandleLink link)
    {
        if (!ReferenceEquals(link.Entry, this)) return;
        if (link.Before is { } before) before.After = link.After;
        else _first = link.After;
        if (link.After is { } after) after.Before = link.Before;
        else _last = link.Before;
        link.Before = link.After = null;
        link.Entry = null;
    }
}
