using Patchy.Threading;

namespace Patchy.Fibers;

// Protocol.
// 1. An alternate signal stack belongs to a kernel thread, not to a fiber: a fault on a carrier is handled on the carrier's.
// 2. The runtime allocates one a thread, remembers its address, and when the thread ends unmaps it if it is still the one that is set (PAL,
//    FreeSignalAlternateStack). So stacks may be exchanged freely, as long as an ending fiber has given its back: then nothing is unmapped.
// 3. A fiber that gives up its kernel thread puts the stack into this pool; one that gets a kernel thread takes one. A parked fiber has none:
//    two mappings a fiber are saved.

/// <summary>The alternate signal stacks of kernel threads that come and go.</summary>
internal static unsafe class AlternateStacks
{
    private const int Kept = 32;
    private const nuint Page = 4096;
    private static readonly nint[] s_pool = new nint[Kept];
    private static SpinLatch s_latch;
    private static int s_count;
    private static nuint s_size;

    /// <summary>The calling kernel thread is about to end: takes its stack.</summary>
    public static void Release()
    {
        Linux.AlternateStack none = new() { Flags = Linux.DisableAlternateStack, Size = Page };
        Linux.AlternateStack old;
        if (Linux.sigaltstack(&none, &old) != 0 || (old.Flags & Linux.DisableAlternateStack) != 0) return;
        s_latch.Enter();
        if (s_size == 0) s_size = old.Size;
        bool keep = old.Size == s_size && s_count < Kept;
        if (keep) s_pool[s_count++] = (nint)old.Address;
        s_latch.Exit();
        if (!keep) _ = Linux.munmap(old.Address, old.Size);
    }

    /// <summary>The calling kernel thread is new: gives it a stack. Without memory for one it goes on; only a stack overflow would then die without a word.</summary>
    public static void Install()
    {
        s_latch.Enter();
        byte* stack = s_count > 0 ? (byte*)s_pool[--s_count] : null;
        nuint size = s_size;
        s_latch.Exit();
        if (size == 0) return; // the runtime was told to install no handlers
        if (stack == null)
        {
            stack = Linux.Map(size);
            if (stack == null) return;
            _ = Linux.mprotect(stack, Page, Linux.ProtectNone); // as the runtime does: an overflow of this stack must not go unseen
        }

        Linux.AlternateStack set = new() { Address = stack, Size = size };
        _ = Linux.sigaltstack(&set, null);
    }
}
