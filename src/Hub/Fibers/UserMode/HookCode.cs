using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Patchy.Fibers;

/// <summary>What stands in for three functions of glibc that libcoreclr calls, so that the runtime knows a fiber by an id of its own. No code of ours runs for native threads but a comparison.</summary>
internal static class HookCode
{
    private const int Refused = Linux.Eagain;

    /// <summary>syscall(2): gettid answers with the id of the mounted thread block, all else goes to glibc.</summary>
    public static Assembler SystemCallHook(nint original)
    {
        Assembler a = new(64);
        Label pass = a.CreateLabel(), starting = a.CreateLabel();
        a.cmp(edi, Linux.SysGettid);
        a.jne(pass);
        a.mov(rax, __qword_ptr.fs[ThreadBlock.SelfOffset]);
        a.mov(ecx, __dword_ptr[rax + ThreadBlock.WordOffset]);
        a.mov(edx, ecx);
        a.and(edx, unchecked((int)ThreadBlock.TagMask));
        a.cmp(edx, (int)ThreadBlock.Starting);
        a.je(starting);
        a.movsxd(rax, __dword_ptr[rax + ThreadBlock.TidOffset]);
        a.ret();

        a.Label(ref starting);
        a.mov(eax, ecx);
        a.and(eax, (int)ThreadBlock.ValueMask);
        a.ret();

        a.Label(ref pass);
        JumpTo(a, original);
        return a;
    }

    /// <summary>
    /// pthread_kill: a signal for a fiber goes to the kernel thread that runs it. Answers 0 or EAGAIN: the runtime takes EAGAIN for
    /// "not now" (PAL, InjectActivationInternal) and aborts on anything but that and ESRCH.
    /// </summary>
    public static unsafe Assembler KillHook(nint original, int processId)
    {
        Assembler a = new(64);
        Label pass = a.CreateLabel(), ending = a.CreateLabel(), send = a.CreateLabel(), refused = a.CreateLabel(), sent = a.CreateLabel();
        a.mov(eax, __dword_ptr[rdi + ThreadBlock.WordOffset]);
        a.mov(edx, __dword_ptr[rdi + ThreadBlock.TidOffset]);
        a.test(eax, eax);
        a.jns(pass); // native or starting: pd->tid is the kernel's
        a.test(eax, (int)ThreadBlock.Starting);
        a.jnz(ending);
        a.and(eax, (int)ThreadBlock.ValueMask);
        a.shl(rax, 6); // * FiberContext.SizeInBytes
        a.mov(rcx, (ulong)ContextArena.Base);
        a.add(rax, rcx);
        a.cmp(__qword_ptr[rax + FiberContext.ThreadBlockOffset], rdi); // else an old word in a block that a native thread got
        a.jne(pass);
        a.cmp(__dword_ptr[rax + FiberContext.IdOffset], edx);
        a.jne(pass);

        // First the mark, then the look: the exchange is a full barrier, so a mount that comes later sees the mark (see SwitchCode.Resume).
        a.mov(ecx, esi);
        a.xchg(__dword_ptr[rax + FiberContext.SignalledOffset], ecx);
        a.mov(ecx, __dword_ptr[rax + FiberContext.CarrierOffset]);
        a.test(ecx, ecx);
        a.jz(refused); // parked: it is in preemptive mode, nothing is to be interrupted

        a.Label(ref send);
        a.mov(edx, esi);
        a.mov(esi, ecx);
        a.mov(edi, processId);
        SwitchCode.SystemCall(a, Linux.SysTgkill);
        a.test(eax, eax);
        a.jz(sent);
        a.Label(ref refused);
        a.mov(eax, Refused);
        a.Label(ref sent);
        a.ret();

        a.Label(ref ending);
        a.cmp(edx, ContextArena.FirstId);
        a.jl(pass);
        a.mov(ecx, eax);
        a.and(ecx, (int)ThreadBlock.ValueMask);
        a.jmp(send);

        a.Label(ref pass);
        JumpTo(a, original);
        return a;
    }

    /// <summary>
    /// pthread_getschedparam: a fiber has the policy of everybody (SCHED_OTHER), where priorities mean nothing; glibc would ask the kernel for
    /// an id that it does not know, and Thread.Priority would throw.
    /// </summary>
    public static Assembler SchedulingHook(nint original)
    {
        Assembler a = new(64);
        Label pass = a.CreateLabel();
        PassUnlessFiber(a, pass);
        a.mov(__dword_ptr[rsi], 0);
        a.mov(__dword_ptr[rdx], 0);
        a.xor(eax, eax);
        a.ret();
        a.Label(ref pass);
        JumpTo(a, original);
        return a;
    }

    /// <summary>
    /// pthread_setschedparam and pthread_setname_np: done already for a fiber. It has no kernel thread to name or to favour, and glibc would name
    /// the carrier.
    /// </summary>
    public static Assembler IgnoringHook(nint original)
    {
        Assembler a = new(64);
        Label pass = a.CreateLabel();
        PassUnlessFiber(a, pass);
        a.xor(eax, eax);
        a.ret();
        a.Label(ref pass);
        JumpTo(a, original);
        return a;
    }

    /// <summary>pthread_create: when the calling thread is in a Launch (its value under <paramref name="key"/> is the context), the new thread begins in <paramref name="begin"/>.</summary>
    public static Assembler CreateHook(nint original, uint key, nint getSpecific, nint begin)
    {
        Assembler a = new(64);
        Label pass = a.CreateLabel();
        a.push(rdi);
        a.push(rsi);
        a.push(rdx);
        a.push(rcx);
        a.sub(rsp, 8);
        a.mov(edi, key);
        a.mov(rax, (ulong)getSpecific);
        a.call(rax);
        a.add(rsp, 8);
        a.pop(rcx);
        a.pop(rdx);
        a.pop(rsi);
        a.pop(rdi);
        a.test(rax, rax);
        a.jz(pass);
        a.cmp(__qword_ptr[rax + FiberContext.StartRoutineOffset], 0);
        a.jne(pass); // the launch has its thread already; this is another one that the runtime needs
        a.mov(__qword_ptr[rax + FiberContext.StartRoutineOffset], rdx);
        a.mov(__qword_ptr[rax + FiberContext.StartArgumentOffset], rcx);
        a.mov(rdx, (ulong)begin);
        a.mov(rcx, rax);
        a.Label(ref pass);
        JumpTo(a, original);
        return a;
    }

    /// <summary>void* Begin(FiberContext*): the runtime must not see the kernel's id even once: it keys a map and caches it.</summary>
    public static Assembler Begin()
    {
        Assembler a = new(64);
        a.mov(rax, __qword_ptr.fs[ThreadBlock.SelfOffset]);
        a.mov(ecx, __dword_ptr[rdi + FiberContext.IdOffset]);
        a.or(ecx, (int)ThreadBlock.Starting);
        a.mov(__dword_ptr[rax + ThreadBlock.WordOffset], ecx);
        a.mov(rax, __qword_ptr[rdi + FiberContext.StartRoutineOffset]);
        a.mov(rdi, __qword_ptr[rdi + FiberContext.StartArgumentOffset]);
        a.jmp(rax);
        return a;
    }

    private static void PassUnlessFiber(Assembler a, Label pass)
    {
        a.cmp(__dword_ptr[rdi + ThreadBlock.WordOffset], 0);
        a.jge(pass); // native or starting
        a.cmp(__dword_ptr[rdi + ThreadBlock.TidOffset], ContextArena.FirstId);
        a.jl(pass); // a carrier's own fiber, or an old word
    }

    // r11 is free at a call by the ABI; rax is not: syscall is variadic.
    private static void JumpTo(Assembler a, nint target)
    {
        a.mov(r11, (ulong)target);
        a.jmp(r11);
    }
}
