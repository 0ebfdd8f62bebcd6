namespace Patchy.Threading;

/// <summary>One wait inside a <see cref="WaitSet"/>. All of it is guarded by the set's latch.</summary>
internal sealed class WaitNode
{
    public WaitNode(Waiter? waiter) => Waiter = waiter;

    /// <summary>Null for a native thread, which parks in the runtime's own queue.</summary>
    public Waiter? Waiter { get; }

    public WaitSet? Set { get; set; }

    public WaitNode? Before { get; set; }

    public WaitNode? After { get; set; }

    /// <summary>False once a pulse has popped it.</summary>
    public bool IsQueued { get; set; }

    /// <summary>True when it was PulseAll that popped it.</summary>
    public bool ByPulseAll { get; set; }
}
