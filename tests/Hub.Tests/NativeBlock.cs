using System.Runtime.InteropServices;

namespace Patchy.Tests;

/// <summary>Blocks the carrier as an unknown native library would: not even a patched process knows of this sleep.</summary>
internal static partial class NativeBlock
{
    public static void Milliseconds(int time) => _ = Sleep((uint)time * 1000);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);
}
