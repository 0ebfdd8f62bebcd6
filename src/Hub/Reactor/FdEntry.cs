using System.Collections.Generic;

namespace Patchy.Reactor;

/// <summary>What one reactor knows of one descriptor. Only under the reactor's latch.</summary>
internal sealed class FdEntry
{
    /// <summary>It is in the epoll set.</summary>
    public bool IsRegistered;

    /// <summary>An edge came while nobody waited: the next wait in that direction returns at once.</summary>
    public bool IsReadable;

    public bool IsWritable;

    public List<FdWaiter>? Readers;
    public List<FdWaiter>? Writers;

    public ref List<FdWaiter>? Of(FdInterest interest) => ref interest == FdInterest.Read ? ref Readers : ref Writers;

    public ref bool EdgeOf(FdInterest interest) => ref interest == FdInterest.Read ? ref IsReadable : ref IsWritable;
}
