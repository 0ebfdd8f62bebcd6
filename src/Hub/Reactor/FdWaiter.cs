namespace Patchy.Reactor;

/// <summary>
/// The wait of a greenlet for a descriptor. A greenlet has one, used again and again: when a wait has ended, and the reactor has let go of it, nobody touches it any more but an
/// interrupt that comes late (see Rearm), which every caller takes for a wake without a reason.
/// </summary>
internal sealed class FdWaiter : Waiter
{
    private int _fd;
    private FdInterest _interest;

    public FdWaiter(Greenlet greenlet) : base(greenlet, null) => Awaited = this;

    /// <summary>The descriptor was closed under the wait. Written before the wake, read after it.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Only on the greenlet, before the reactor gets it.</summary>
    public void Begin(int fd, FdInterest interest)
    {
        _fd = fd;
        _interest = interest;
        IsClosed = false;
        Rearm(Greenlet);
    }

    public override string ToString() => $"descriptor {_fd} to become {(_interest == FdInterest.Read ? "readable" : "writable")}";
}
