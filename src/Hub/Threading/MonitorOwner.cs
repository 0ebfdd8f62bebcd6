using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Patchy.Threading;

// Where CoreCLR 10 keeps the owner of a monitor (src/coreclr/vm/syncblk.h):
//   the object header, 32 bits before the method table pointer: bit 27 clear -> a thin lock, bits 0-15 are the owner's managed thread id;
//   bit 27 set and bit 26 clear -> bits 0-25 are an index into the table of sync blocks. The sync block begins with the AwareLock:
//   +0 state (bit 0: locked), +4 recursion, +8 owner's managed thread id.
// The address of the table and its element size come from the runtime's exported contract descriptor. The layout of the AwareLock does
// not, so it is tried on an object of our own first. When anything differs the owner is unknown, and who waits for the lock waits in
// the runtime itself: slower, never wrong.

/// <summary>Reads who owns a monitor.</summary>
internal static unsafe class MonitorOwner
{
    public const int Nobody = 0;
    public const int Unknown = -1;

    private const uint IsHashOrIndex = 0x0800_0000;
    private const uint IsHash = 0x0400_0000;
    private const uint IndexMask = 0x03FF_FFFF;
    private const uint ThinOwnerMask = 0xFFFF;
    private const int EntrySize = 16;
    private const int HeaderBeforeFields = 12;

    // The global of the runtime that points to the table of sync blocks; zero when it cannot be read.
    private static readonly nint s_table = FindTable();

    /// <summary>True when owners of inflated monitors can be read here as well.</summary>
    public static bool IsSupported => s_table != 0;

    /// <summary>The managed thread id of the owner, <see cref="Nobody"/> or <see cref="Unknown"/>. A snapshot: it may be old when it is used.</summary>
    public static int Of(object target) => Read(target, s_table);

    private static int Read(object target, nint table)
    {
        uint header;
        // SAFETY: the object is pinned while its header, 12 bytes before its first field, is read; every object has a header.
        fixed (byte* fields = &Unsafe.As<Body>(target).First)
        {
            header = Volatile.Read(ref *(uint*)(fields - HeaderBeforeFields));
        }
        if ((header & IsHashOrIndex) == 0) return (int)(header & ThinOwnerMask);
        if ((header & IsHash) != 0) return Nobody;
        if (table == 0) return Unknown;
        int owner = ReadInflated((nint*)table, header & IndexMask);
        GC.KeepAlive(target);
        return owner;
    }

    // A leaf without loops, optimized at once: such code has no point at which the GC could stop it, so the table that it holds (which
    // the runtime frees at a GC after it has grown) cannot vanish between the two reads.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int ReadInflated(nint* table, uint index)
    {
        // SAFETY: table is the runtime's pointer to its sync block table; index comes from the header of a live object, whose entry and
        // sync block live as long as it does.
        byte* block = *(byte**)(*(byte**)table + (nuint)index * EntrySize);
        if (block == null) return Nobody;
        return (*(uint*)block & 1) == 0 ? Nobody : *(int*)(block + 8);
    }

    private static nint FindTable()
    {
        if (Environment.Version.Major != 10 || sizeof(nint) != 8) return 0;
        nint table = TableFromDescriptor();
        return table != 0 && Proves(table) ? table : 0;
    }

    private static nint TableFromDescriptor()
    {
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "DotNetRuntimeContractDescriptor", out nint descriptor))
        {
            string path = System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libcoreclr.so");
            if (!NativeLibrary.TryLoad(path, out nint library)) return 0;
            if (!NativeLibrary.TryGetExport(library, "DotNetRuntimeContractDescriptor", out descriptor)) return 0;
        }
        // SAFETY: the descriptor's layout is fixed by the runtime's design (magic, flags, size and text, count and data); magic is checked.
        byte* at = (byte*)descriptor;
        if (!new ReadOnlySpan<byte>(at, 8).SequenceEqual("DNCCDAC\0"u8)) return 0;
        ReadOnlySpan<byte> text = new(*(byte**)(at + 16), *(int*)(at + 12));
        uint count = *(uint*)(at + 24);
        nint* data = *(nint**)(at + 32);
        if (text.IndexOf("\"SyncTableEntry\":{\"!\":16,\"SyncBlock\":0}"u8) < 0 || text.IndexOf("\"SyncBlock\":{\"InteropInfo\":56}"u8) < 0) return 0;
        ReadOnlySpan<byte> key = "\"SyncTableEntries\":[["u8;
        int start = text.IndexOf(key);
        if (start < 0 || !System.Buffers.Text.Utf8Parser.TryParse(text[(start + key.Length)..], out uint index, out _)) return 0;
        return index < count ? data[index] : 0;
    }

    // Takes, inflates and leaves a lock of its own and compares what the table says at each step.
    private static bool Proves(nint table)
    {
        int me = Environment.CurrentManagedThreadId;
        object probe = new();
        if (Read(probe, table) != Nobody || !Monitor.TryEnter(probe)) return false;
        bool thin = Read(probe, table) == me;
        _ = RuntimeHelpers.GetHashCode(probe); // a hash code and a lock do not fit into the header together: this makes a sync block
        bool inflated = Read(probe, table) == me;
        bool again = Monitor.TryEnter(probe) && Read(probe, table) == me;
        Monitor.Exit(probe);
        bool still = Read(probe, table) == me;
        Monitor.Exit(probe);
        return thin && inflated && again && still && Read(probe, table) == Nobody;
    }

    private sealed class Body
    {
#pragma warning disable CS0649 // stands for the first field of any object
        public byte First;
#pragma warning restore CS0649
    }
}
