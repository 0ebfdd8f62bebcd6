namespace Patchy.Scheduling;

/// <summary>Something another thread hands to a hub. Intrusive: a node may be in at most one inbox at a time.</summary>
internal abstract class InboxNode
{
    internal InboxNode? NextInInbox;

    /// <summary>On the hub's loop: what was asked for happens here.</summary>
    internal abstract void Deliver(Hub hub);

    /// <summary>The greenlet that it brings to the hub, or null: for dumps. May be called from any thread.</summary>
    internal virtual Greenlet? Subject => null;

    /// <summary>On any thread: the hub was destroyed before it could be delivered (or, for a timer, become due).</summary>
    internal virtual void Reject(Hub hub) { }
}
