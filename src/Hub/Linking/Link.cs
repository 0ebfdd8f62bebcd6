using Patchy.Scheduling;

namespace Patchy.Linking;

/// <summary>One who wants to be told: a wait of a greenlet or of a native thread, or a callback. Its place in a <see cref="LinkList"/> is kept in itself.</summary>
internal abstract class Link : TimerNode
{
    /// <summary>The list it is in, or null. These four only under the latch of the list's owner.</summary>
    internal LinkList? List;
    internal Link? Before;
    internal Link? After;

    /// <summary>Its age in that list, given by <see cref="LinkList.Append"/>: whoever comes back after it was told in vain goes to the place that it had.</summary>
    internal long Ticket;

    /// <summary>
    /// Tells it. May be called from any thread, outside of any latch. True when this call was the one that decided its wait (or posted the callback);
    /// false when the wait was over already: what was to be handed over goes to the next.
    /// </summary>
    public abstract bool Wake();
}
