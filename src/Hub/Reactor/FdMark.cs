using System.Threading;

namespace Patchy.Reactor;

// Protocol of a mark, which makes a wait exact, and lets a try be left out that is known to fail.
//  1. The edges of a descriptor are counted. Who is about to try a call notes the number before; its wait begins only if the number is still the same, under the
//     latch. An edge in between ends it at once; one from before the try has shown in the try.
//  2. A read from a TCP stream that gave less than was asked for has read it empty (epoll(7), question 9; nginx and tokio rely on it, too). What comes later makes
//     a later edge. So if the number that was noted before such a read is still the number of edges, the next read would only say EAGAIN: it can wait at once.
//     Since it is the number from before the read that is kept, it does not matter who reads, writes it or waits meanwhile, or on which thread.
//  3. Not so after an edge that told of an end (RDHUP, HUP), of an error, or of urgent data (a read stops at its mark): these may have been there
//     already when the stream was read, and make no later edge. Such a descriptor is always tried.
//  4. Not so for other descriptors: a read from a Unix stream stops where credentials or descriptors were attached; a datagram, a pipe in packet mode or a
//     terminal gives one piece; a peek takes nothing away; and without a registration in this hub's epoll set there is no edge.
//  5. An entry that was forgotten and made again is another one: a mark of the old one ends the wait at once.

/// <summary>What a caller knew of one direction of a descriptor before it tried.</summary>
internal readonly struct FdMark
{
    internal readonly FdEntry? Entry;
    internal readonly int Edges;

    /// <summary>Of an entry that is registered, or of none.</summary>
    internal FdMark(FdEntry? entry, FdInterest interest)
    {
        Entry = entry;
        if (entry is not null) Edges = Volatile.Read(ref entry.Of(interest).Edges);
    }

    /// <summary>For reading only: there is nothing, a try would say EAGAIN.</summary>
    public bool IsDrained => Entry is { } entry && Volatile.Read(ref entry.DrainedAt) == Edges;

    /// <summary>A read, begun after this mark was made, took something away, and less than it had asked for.</summary>
    public void NoteShortRead()
    {
        if (Entry is { IsDrainedByShortRead: true } entry) Volatile.Write(ref entry.DrainedAt, Edges);
    }
}
