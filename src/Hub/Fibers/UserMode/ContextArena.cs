using Patchy.Threading;

namespace Patchy.Fibers;

// Protocol.
// 1. One reservation holds every context, so a fiber costs no mapping for it, and an index of 20 bits finds it from machine code.
// 2. Ids are unique among living fibers and rarely repeat: FirstId + generation * Capacity + index. They lie above every kernel id
//    (PID_MAX_LIMIT is 2^22) and below 2^30 (FUTEX_TID_MASK), because glibc puts them into mutexes.
// 3. A freed context goes to the end of a queue and is used again only after many others: a hook that still reads it finds it quiet.

/// <summary>The memory of all contexts, and the ids of fibers.</summary>
internal static unsafe class ContextArena
{
    public const int Capacity = 1 << 20;
    public const int FirstId = 1 << 22;
    private const int IdLimit = 1 << 30;
    private const int RestBeforeReuse = 4096;
    private static readonly FiberContext* s_base = (FiberContext*)Linux.Reserve((nuint)Capacity * FiberContext.SizeInBytes);
    private static SpinLatch s_latch;
    private static int s_fresh = 1; // index 0 is never used: it ends the free list
    private static int s_freeHead;
    private static int s_freeTail;
    private static int s_freeCount;

    public static FiberContext* Base => s_base;

    /// <summary>A clean context with an id of its own, or null when there are as many fibers as ids.</summary>
    public static FiberContext* Rent()
    {
        s_latch.Enter();
        int index = 0;
        if (s_fresh < Capacity && s_freeCount < RestBeforeReuse)
        {
            index = s_fresh++;
        }
        else if (s_freeHead != 0)
        {
            index = s_freeHead;
            s_freeHead = s_base[index].NextFree;
            if (s_freeHead == 0) s_freeTail = 0;
            s_freeCount--;
        }

        s_latch.Exit();
        if (index == 0) return null;

        // SAFETY: the index is ours alone from here on.
        FiberContext* context = s_base + index;
        int id = context->Id == 0 ? FirstId + index : context->Id + Capacity;
        if (id >= IdLimit) id = FirstId + index;
        *context = default;
        context->Id = id;
        context->Index = index;
        return context;
    }

    public static void Return(FiberContext* context)
    {
        s_latch.Enter();
        context->NextFree = 0;
        if (s_freeTail == 0) s_freeHead = context->Index;
        else s_base[s_freeTail].NextFree = context->Index;
        s_freeTail = context->Index;
        s_freeCount++;
        s_latch.Exit();
    }
}
