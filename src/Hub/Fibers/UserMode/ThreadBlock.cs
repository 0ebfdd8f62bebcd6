using System.Threading;

namespace Patchy.Fibers;

// The word beside pd->tid (glibc: pid_ununsed, always 0 in native threads) says what the hooks must do:
//
//   00...............  native thread: nothing of ours
//   01 | id            starting: pd->tid is still the kernel's, but the runtime is already told the fiber's id
//   10 | index         fiber: pd->tid is the fiber's id; the context says which kernel thread runs it
//   11 | kernel id     ending on this kernel thread: pd->tid is still the fiber's id
//
// A native thread may get a block with an old word, since glibc reuses stacks: the hooks believe a word only if pd->tid fits it.

/// <summary>Where glibc keeps a thread's kernel id in its struct pthread, found at start by <see cref="UserModeProbe"/>.</summary>
internal static unsafe class ThreadBlock
{
    public const uint Starting = 1u << 30;
    public const uint Mounted = 2u << 30;
    public const uint Ending = 3u << 30;
    public const uint TagMask = 3u << 30;
    public const uint ValueMask = Starting - 1;

    /// <summary>pthread_self() is at fs:0x10 in the x86-64 TLS ABI.</summary>
    public const int SelfOffset = 0x10;

    /// <summary>The head of the vector of a thread's blocks (dtv), by which native thread-local storage is found: fs:8 in the x86-64 TLS ABI.</summary>
    private const int VectorOffset = 8;

    private const int RseqCpuIdOffset = 4;
    private const int RseqSignature = 0x53053053;
    private const int RseqUnregister = 1;
    private const nuint AuxRseqFeatureSize = 27;
    private const nuint AuxRseqAlign = 28;

    public static int TidOffset { get; set; }

    public static int WordOffset => TidOffset + sizeof(int);

    /// <summary>From the FS base to the rseq area that glibc registered; 0 when it registers none.</summary>
    public static int RseqOffset { get; set; }

    public static ref int Tid(byte* block) => ref *(int*)(block + TidOffset);

    /// <summary>Only to be prefetched; the block must be of a thread that lives.</summary>
    public static nint Vector(byte* block) => *(nint*)(block + VectorOffset);

    public static uint ReadWord(byte* block) => Volatile.Read(ref *(uint*)(block + WordOffset));

    public static void WriteWord(byte* block, uint value) => Volatile.Write(ref *(uint*)(block + WordOffset), value);

    /// <summary>
    /// On the thread that has registered it: the kernel forgets the area, and sched_getcpu asks the kernel instead of reading a number
    /// that nobody keeps up to date while the block is mounted elsewhere.
    /// </summary>
    public static void UnregisterRseq(byte* block)
    {
        if (RseqOffset == 0) return;
        byte* area = block + RseqOffset;

        // glibc before 2.40 registers 32 bytes, later ones what the kernel asks for. With the wrong length the kernel says EINVAL.
        nint length = 32;
        nint align = (nint)Linux.getauxval(AuxRseqAlign);
        nint wanted = (nint)Linux.getauxval(AuxRseqFeatureSize);
        if (Linux.syscall(Linux.SysRseq, (nint)area, length, RseqUnregister, RseqSignature) != 0 && align > 0 && wanted > length)
        {
            length = (wanted + align - 1) / align * align;
            _ = Linux.syscall(Linux.SysRseq, (nint)area, length, RseqUnregister, RseqSignature);
        }

        // RSEQ_CPU_ID_UNINITIALIZED, also when nothing was registered.
        Volatile.Write(ref *(int*)(area + RseqCpuIdOffset), -1);
    }
}
