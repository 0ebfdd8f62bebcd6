namespace Patchy.Threading;

/// <summary>One wait's registration at one of its handles. Guarded by the handle's bucket latch.</summary>
internal sealed class HandleLink
{
    public HandleLink(HandleWait wait, nint handle, int index)
    {
        Wait = wait;
        Handle = handle;
        Index = index;
    }

    public HandleWait Wait { get; }

    public nint Handle { get; }

    /// <summary>The position in the caller's array: what WaitAny returns.</summary>
    public int Index { get; }

    /// <summary>Null when not registered.</summary>
    public HandleEntry? Entry { get; set; }

    public HandleLink? Before { get; set; }

    public HandleLink? After { get; set; }

    /// <summary>Links those who are to be woken once the latch has been left.</summary>
    public HandleLink? NextToWake { get; set; }
}
