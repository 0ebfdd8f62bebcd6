namespace Patchy.Threading;

/// <summary>One greenlet's place in a <see cref="LockLine"/>.</summary>
internal sealed class LockPlace
{
    public LockLine? Line { get; set; }

    public LockPlace? Before { get; set; }

    public LockPlace? After { get; set; }

    /// <summary>Woken when this place has become the first; null for one that was the first from the beginning.</summary>
    public Waiter? Turn { get; set; }
}
