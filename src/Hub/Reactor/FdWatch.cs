using System.Runtime.InteropServices;

namespace Patchy.Reactor;

/// <summary>One descriptor of a wait for one or several: what is waited for, and what the reactor knew of it before the last look.</summary>
/// <param name="fd">The descriptor.</param>
/// <param name="reads">Wakes when there is something to read, or out-of-band data.</param>
/// <param name="writes">Wakes when it can be written. An error or a hang-up wakes in both directions.</param>
/// <param name="owner">The handle that will tell the reactor of its close (<see cref="FdWait.Forget"/>): then the registration stays. Null: it goes with the wait.</param>
internal struct FdWatch(int fd, bool reads, bool writes, SafeHandle? owner)
{
    private int _readEdges;
    private int _writeEdges;

    public readonly int Fd => fd;

    public readonly bool Reads => reads;

    public readonly bool Writes => writes;

    public readonly SafeHandle? Owner => owner;

    /// <summary>Null until it is registered.</summary>
    public FdEntry? Entry { get; private set; }

    /// <summary>There was no edge in its directions since <see cref="Note"/>. Under the reactor's latch.</summary>
    public readonly bool IsQuiet => Entry is not { } entry || ((!reads || entry.Read.Edges == _readEdges) && (!writes || entry.Write.Edges == _writeEdges));

    /// <summary>Under the reactor's latch, or by the greenlet before it looks.</summary>
    public void Note(FdEntry entry)
    {
        Entry = entry;
        _readEdges = System.Threading.Volatile.Read(ref entry.Read.Edges);
        _writeEdges = System.Threading.Volatile.Read(ref entry.Write.Edges);
    }

    /// <summary>It is not registered any more.</summary>
    public void Clear() => Entry = null;
}
