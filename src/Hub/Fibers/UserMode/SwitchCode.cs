using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Patchy.Fibers;

// What lies on a parked stack, from the stack pointer up: MXCSR (4), x87 control word (2), padding (2), r15, r14, r13, r12, rbx, rbp, return address.
// All else is the caller's to save by the System V ABI. The three ways to go on (switch, attach) end in the same Resume.

/// <summary>The machine code that leaves and enters stacks. Called as a normal native function, with a GC transition: the parked side is scanned from its frame.</summary>
internal static class SwitchCode
{
    private const int X87Offset = 4;
    private const int FrameSize = 56; // what Save takes of the stack
    private const int MxcsrControlBits = 0xFFC0; // the others are sticky flags of past operations, which no call preserves
    private const int BlockSignals = 0;
    private const int AllSignalsSize = 8;
    private const int FutexWaitPrivate = 128;
    private const int FutexWakePrivate = 129;

    // VM | FS | FILES | SIGHAND | THREAD | SYSVSEM as pthread_create, SETTLS, PARENT_SETTID. No CHILD_CLEARTID: while pd->tid lives, glibc
    // must not think that the thread has ended; Retire asks for it at last.
    private const int CloneFlags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 | 0x100000;

    /// <summary>void Switch(FiberContext* from, FiberContext* to): parks from, mounts to on the same kernel thread.</summary>
    public static Assembler Switch(int processId)
    {
        Assembler a = new(64);
        a.mov(rcx, __qword_ptr[rsi + FiberContext.StackPointerOffset]);
        a.mov(rax, __qword_ptr[rsi + FiberContext.ThreadBlockOffset]);
        a.prefetcht0(__byte_ptr[rcx]); // what follows takes as long as a cache miss
        a.cmp(__byte_ptr[rsp - FrameSize], 0); // a stack that is full overflows here, while it is still its own thread's

        // As early as can be, because the processor waits here for all that came before. A signal between here and the exchange of stacks is taken for the target's: it is in native code, so the runtime does
        // nothing, and what was meant for the old fiber is raised again when that goes on (Signalled). Before the target's Carrier is written: what is sent to it from then on finds its thread.
        a.wrfsbase(rax);
        Save(a);
        a.mov(edx, __dword_ptr[rdi + FiberContext.CarrierOffset]);
        a.mov(__dword_ptr[rdi + FiberContext.CarrierOffset], 0); // no signal is sent here any more
        a.mov(__qword_ptr[rdi + FiberContext.StackPointerOffset], rsp);
        a.mov(r8d, __dword_ptr[rsp]);
        a.movzx(r9d, __word_ptr[rsp + X87Offset]);
        a.mov(__dword_ptr[rsi + FiberContext.CarrierOffset], edx); // but there
        a.mov(rsp, rcx);
        Resume(a, rsi, processId, controlWordsInRegisters: true);
        return a;
    }

    /// <summary>void Detach(FiberContext* self, int* parkedForEver): saves, publishes, and ends the kernel thread; if the second is not null the thread waits on that word for ever instead.</summary>
    public static Assembler Detach()
    {
        Assembler a = new(64);
        Label park = a.CreateLabel();
        Save(a);
        a.mov(rbx, rdi);
        a.mov(r12, rsi);

        // A signal handler would need a stack, and this kernel thread is about to have none.
        a.mov(__qword_ptr[rsp - 8], -1);
        a.mov(edi, BlockSignals);
        a.lea(rsi, __qword_ptr[rsp - 8]);
        a.xor(edx, edx);
        a.mov(r10d, AllSignalsSize);
        SystemCall(a, Linux.SysRtSigprocmask);

        a.mov(__qword_ptr[rbx + FiberContext.StackPointerOffset], rsp);
        a.mov(__dword_ptr[rbx + FiberContext.CarrierOffset], 0);
        a.mov(__dword_ptr[rbx + FiberContext.PublishedOffset], 1);

        // From here on another thread may run on this stack: registers only.
        a.lea(rdi, __qword_ptr[rbx + FiberContext.PublishedOffset]);
        a.mov(esi, FutexWakePrivate);
        a.mov(edx, int.MaxValue);
        SystemCall(a, Linux.SysFutex);
        a.test(r12, r12);
        a.jnz(park);
        a.xor(edi, edi);
        SystemCall(a, Linux.SysExit);

        a.Label(ref park);
        a.mov(rdi, r12);
        a.mov(esi, FutexWaitPrivate);
        a.xor(edx, edx);
        a.xor(r10d, r10d);
        SystemCall(a, Linux.SysFutex);
        a.jmp(park);
        return a;
    }

    /// <summary>nint Attach(FiberContext* parked): a new kernel thread goes on where the fiber parked. Its id, or -errno.</summary>
    public static Assembler Attach(int processId)
    {
        Assembler a = new(64);
        Label child = a.CreateLabel();
        a.mov(r9, rdi);
        a.mov(edi, CloneFlags);
        a.mov(rsi, __qword_ptr[r9 + FiberContext.StackPointerOffset]);
        a.lea(rdx, __qword_ptr[r9 + FiberContext.CarrierOffset]); // the kernel writes the new id before the child runs
        a.xor(r10d, r10d);
        a.mov(r8, __qword_ptr[r9 + FiberContext.ThreadBlockOffset]);
        SystemCall(a, Linux.SysClone);
        a.test(rax, rax);
        a.jz(child);
        a.ret();

        a.Label(ref child);
        a.mov(edx, __dword_ptr[r9 + FiberContext.CarrierOffset]);
        Resume(a, r9, processId, controlWordsInRegisters: false);
        return a;
    }

    /// <summary>
    /// void EndOfCarrier(void*): a destructor of thread-specific data. The thread ends on the kernel thread that carries it now, so that one is to
    /// clear pd->tid of this thread, and of no other.
    /// </summary>
    public static Assembler EndOfCarrier()
    {
        Assembler a = new(64);
        a.mov(rdi, __qword_ptr.fs[ThreadBlock.SelfOffset]);
        a.add(rdi, ThreadBlock.TidOffset);
        SystemCall(a, Linux.SysSetTidAddress);
        a.ret();
        return a;
    }

    /// <summary>int Copy(byte* buffer): a start routine for a bare pthread: 2,048 bytes of its thread block, then its kernel id.</summary>
    public static Assembler CopyThreadBlock()
    {
        Assembler a = new(64);
        a.mov(rsi, __qword_ptr.fs[ThreadBlock.SelfOffset]);
        a.mov(ecx, UserModeProbe.ScanLength / 8);
        a.rep.movsq();
        SystemCall(a, Linux.SysGettid);
        a.mov(__dword_ptr[rdi], eax);
        a.xor(eax, eax);
        a.ret();
        return a;
    }

    internal static void SystemCall(Assembler a, int number)
    {
        a.mov(eax, number);
        a.syscall();
    }

    private static void Save(Assembler a)
    {
        a.push(rbp);
        a.push(rbx);
        a.push(r12);
        a.push(r13);
        a.push(r14);
        a.push(r15);
        a.sub(rsp, 8);
        a.stmxcsr(__dword_ptr[rsp]);
        a.fnstcw(__word_ptr[rsp + X87Offset]);
    }

    /// <summary>
    /// On the stack of the fiber, its thread block mounted, the kernel's id in edx; if so said, what MXCSR and the x87 control word are now in r8 and
    /// r9. Loading them costs more than the comparison, and nearly always they are what they were.
    /// </summary>
    private static void Resume(Assembler a, AssemblerRegister64 context, int processId, bool controlWordsInRegisters)
    {
        Label same = a.CreateLabel();
        Label quiet = a.CreateLabel();
        a.cmp(__dword_ptr[context + FiberContext.SignalledOffset], 0);
        a.jz(quiet);

        // A signal for this fiber may have hit whoever was mounted after it. The runtime sends no second one until the first has been
        // handled, so it is raised again now, on the right stack. When it did arrive, once more does no harm.
        a.xor(eax, eax);
        a.xchg(__dword_ptr[context + FiberContext.SignalledOffset], eax);
        a.mov(esi, edx);
        a.mov(edx, eax);
        a.mov(edi, processId);
        SystemCall(a, Linux.SysTgkill);

        a.Label(ref quiet);
        if (controlWordsInRegisters)
        {
            Label different = a.CreateLabel();
            a.xor(r8d, __dword_ptr[rsp]);
            a.test(r8d, MxcsrControlBits);
            a.jnz(different);
            a.cmp(__word_ptr[rsp + X87Offset], r9w);
            a.je(same);
            a.Label(ref different);
        }

        a.ldmxcsr(__dword_ptr[rsp]);
        a.fldcw(__word_ptr[rsp + X87Offset]);
        a.Label(ref same);
        a.add(rsp, 8);
        a.pop(r15);
        a.pop(r14);
        a.pop(r13);
        a.pop(r12);
        a.pop(rbx);
        a.pop(rbp);
        a.ret();
    }
}
