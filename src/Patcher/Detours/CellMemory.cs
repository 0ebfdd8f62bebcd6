using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Detours;

/// <summary>The only writes of the engines: aligned interlocked stores into read-write data of the runtime. No code page is ever written.</summary>
internal static unsafe class CellMemory
{
    // SAFETY (all of them): the address was derived through a checked RuntimeLayout and is naturally aligned; another thread that jumps
    // through the cell meanwhile sees the old or the new value, both of which are complete entries.
    public static nint CompareExchange(nint address, nint value, nint comparand) =>
        Interlocked.CompareExchange(ref Unsafe.AsRef<nint>((void*)address), value, comparand);

    public static void Or(nint address, uint bits) => Interlocked.Or(ref Unsafe.AsRef<uint>((void*)address), bits);

    public static void And(nint address, uint bits) => Interlocked.And(ref Unsafe.AsRef<uint>((void*)address), bits);
}
