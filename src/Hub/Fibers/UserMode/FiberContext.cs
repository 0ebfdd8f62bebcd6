using System.Runtime.InteropServices;

namespace Patchy.Fibers;

/// <summary>
/// What is left of a fiber while it has no kernel thread, in memory that machine code and the hooks of the runtime read. One cache line.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeInBytes)]
internal unsafe struct FiberContext
{
    public const int SizeInBytes = 64;
    public const int StackPointerOffset = 0;
    public const int ThreadBlockOffset = 8;
    public const int CarrierOffset = 16;
    public const int SignalledOffset = 20;
    public const int PublishedOffset = 24;
    public const int IdOffset = 28;
    public const int StartRoutineOffset = 32;
    public const int StartArgumentOffset = 40;

    /// <summary>The stack pointer while parked; above it lie the callee-saved registers, MXCSR and the x87 control word.</summary>
    [FieldOffset(StackPointerOffset)] public nint StackPointer;

    /// <summary>The FS base: glibc's struct pthread and with it all native thread-local storage.</summary>
    [FieldOffset(ThreadBlockOffset)] public byte* ThreadBlock;

    /// <summary>The kernel's id of the thread that runs this fiber now, carrier or own; 0 while parked.</summary>
    [FieldOffset(CarrierOffset)] public int Carrier;

    /// <summary>A signal that was sent to the carrier for this fiber and may have landed after the fiber left; raised again at the next mount.</summary>
    [FieldOffset(SignalledOffset)] public int Signalled;

    /// <summary>Futex word: 1 once a detach is complete and the stack may be mounted.</summary>
    [FieldOffset(PublishedOffset)] public int Published;

    /// <summary>What glibc and the runtime take for the thread's kernel id. See <see cref="ContextArena"/>.</summary>
    [FieldOffset(IdOffset)] public int Id;

    /// <summary>Only while the thread is being created: the runtime's start routine and its argument.</summary>
    [FieldOffset(StartRoutineOffset)] public nint StartRoutine;

    [FieldOffset(StartArgumentOffset)] public nint StartArgument;

    /// <summary>Of the free list in the arena.</summary>
    [FieldOffset(48)] public int NextFree;

    [FieldOffset(52)] public int Index;

    /// <summary>The runtime's part of the thread's native storage, only to be prefetched; null when not known.</summary>
    [FieldOffset(56)] public byte* RuntimeBlock;
}
