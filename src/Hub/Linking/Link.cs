using Patchy.Scheduling;

namespace Patchy.Linking;

/// <summary>One who wants to be told: a wait of a greenlet or of a native thread, or a callback. Its place in a <see cref="LinkList"/> is kept in itself.</summary>
internal abstract class Link : TimerNode
{
    /// <summary>
    /// Whether it is a <see cref="NativeWait"/>. A field, since a type test that says no walks up the base classes: that was a sixth of the time of a hand-over through a queue.
    /// </summary>
    internal readonly bool IsNative;

    private protected Link(bool isNative = false) => IsNative = isNative;

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

    /// <summary>
    /// The first half of <see cref="Wake"/>, for an owner that hands something over: decides the wait under the owner's latch, so that what is handed over
    /// and what is in the owner's books change together. It runs nobody; <see cref="Resume"/> does, outside of the latch. Read and write what belongs to the
    /// link before: a wait that had not parked yet may be over, and its link be used again, as soon as it is claimed.
    /// </summary>
    public virtual ClaimResult Claim() => Wake() ? ClaimResult.Claimed : ClaimResult.Lost;

    /// <summary>The second half, outside of any latch, and only if Claim has said <see cref="ClaimResult.MustResume"/>.</summary>
    public virtual void Resume() { }
}
