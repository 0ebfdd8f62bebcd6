using System;
using System.Runtime.CompilerServices;
using Patchy.Scheduling;

namespace Patchy.Reactor;

/// <summary>
/// The wait of a greenlet for a descriptor. A greenlet has one, used again and again: when a wait has ended, and the reactor has let go of it, nobody touches it any more but an
/// interrupt that comes late (see Rearm), which every caller takes for a wake without a reason.
/// </summary>
internal sealed class FdWaiter : Waiter
{
    /// <summary>How many cache lines one takes at most.</summary>
    public const int Lines = 3;

    private const int LinesOfAnEntry = 2;
    private const int LinesOfASubject = 3;

    // Plain addresses, for FetchSurroundings: the collector may have moved what was there, nothing is kept alive by them, and what an earlier wait has left costs a prefetch in vain.
    private nint _guard;
    private nint _entry;
    private nint _subject;
    private nint _buffer;

    private int _fd;
    private int _others;
    private string _awaits = "";

    public FdWaiter(Greenlet greenlet) : base(greenlet, null) => Awaited = this;

    /// <summary>The descriptor was closed under the wait. Written before the wake, read after it.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Only on the greenlet: what it will look at when the wait is over, the handle and the registration.</summary>
    public void Expect(object guard, FdEntry entry)
    {
        _guard = Readahead.AddressOf(guard);
        _entry = Readahead.AddressOf(entry);
    }

    /// <summary>As the other: what the call works on, and where it puts what it gets.</summary>
    public unsafe void Expect(object subject, ref byte buffer)
    {
        _subject = Readahead.AddressOf(subject);
        // SAFETY: only the address is kept, for prefetching.
        _buffer = (nint)Unsafe.AsPointer(ref buffer);
    }

    /// <summary>Only with the hub entered, for a greenlet that will run soon: see <see cref="Readahead"/>.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void FetchSurroundings()
    {
        if (_guard == 0) return;
        Readahead.Fetch(_guard, 1);
        Readahead.Fetch(_entry, LinesOfAnEntry);
        if (_subject == 0) return;
        Readahead.Fetch(_subject, LinesOfASubject);
        Readahead.Fetch(_buffer, 1);
    }

    /// <summary>Only on the greenlet, before the reactor gets it.</summary>
    public void Begin(int fd, FdInterest interest) => Begin(fd, 0, interest == FdInterest.Read ? "readable" : "writable");

    /// <summary>As the other, for several.</summary>
    public void Begin(ReadOnlySpan<FdWatch> watches)
    {
        if (watches.IsEmpty) Begin(-1, 0, "");
        else if (watches.Length > 1) Begin(watches[0].Fd, watches.Length - 1, "ready");
        else Begin(watches[0].Fd, 0, !watches[0].Writes ? "readable" : watches[0].Reads ? "readable or writable" : "writable");
    }

    public override string ToString() => _fd < 0 ? "the time to pass" : _others == 0 ? $"descriptor {_fd} to become {_awaits}" : $"descriptor {_fd} or one of {_others} others to become {_awaits}";

    private void Begin(int fd, int others, string awaits)
    {
        _fd = fd;
        _others = others;
        _awaits = awaits;
        IsClosed = false;
        Rearm(Greenlet);
    }
}
