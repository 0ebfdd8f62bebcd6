using System.Threading;

namespace Patchy.Detours;

/// <summary>Counts the calls of one replacement. Never freed: a thread may be inside its code at any time.</summary>
internal sealed unsafe class HitCounter
{
    private readonly long* _count;
    private readonly long _start;

    public HitCounter(nint entry, long* count)
    {
        Entry = entry;
        _count = count;
        _start = Volatile.Read(ref *count);
    }

    /// <summary>Counts, then goes on to the replacement: what a cell holds instead of the replacement's own entry.</summary>
    public nint Entry { get; }

    /// <summary>Where the number is, for code that counts by itself.</summary>
    public long CountAddress => (long)_count;

    // SAFETY: the counter lies in a page that is never unmapped and is aligned to 8 bytes.
    public long Count => Volatile.Read(ref *_count) - _start;
}
