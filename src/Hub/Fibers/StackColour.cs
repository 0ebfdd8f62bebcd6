using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Fibers;

/// <summary>
/// Stacks begin at equal offsets of their pages, and a cache chooses the place of a line by that offset: what a thousand parked stacks need when they go
/// on would all compete for a few places. So each greenlet's part of its stack begins a little lower than the one before.
/// </summary>
internal static class StackColour
{
    private const int CacheLine = 64;
    private const int Colours = 64; // together one page
    private static int s_last;

    /// <summary>How many bytes to leave free below the first frame: pass it to stackalloc, and the result to <see cref="Keep"/>.</summary>
    public static int Next() => (Interlocked.Increment(ref s_last) & (Colours - 1)) * CacheLine;

    /// <summary>The compiler would leave out a stackalloc that nobody looks at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe void Keep(byte* gap) { }
}
