namespace Patchy.Reactor;

/// <summary>The wait of a greenlet for a descriptor.</summary>
internal sealed class FdWaiter : Waiter
{
    private readonly int _fd;
    private readonly FdInterest _interest;

    public FdWaiter(Greenlet greenlet, int fd, FdInterest interest) : base(greenlet, null)
    {
        _fd = fd;
        _interest = interest;
        Awaited = this;
    }

    /// <summary>The descriptor was closed under the wait. Written before the wake, read after it.</summary>
    public bool IsClosed { get; set; }

    public override string ToString() => $"descriptor {_fd} to become {(_interest == FdInterest.Read ? "readable" : "writable")}";
}
