using System.Runtime.InteropServices;

namespace Patchy.Tests.Session;

internal static unsafe class LongResult
{
    public static delegate* unmanaged<long> ValueOriginal;

    [UnmanagedCallersOnly]
    public static long Value() => 0;
}
