using System.Runtime.InteropServices;
using System.Threading;

namespace Patchy;

/// <summary>Numbers the ends of all greenlets. Alone in its cache lines: the hubs of several processors count here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct EndCounter
{
    [FieldOffset(128)] private long _last;

    public long Last => Volatile.Read(ref _last);

    /// <summary>May be called from any thread.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
