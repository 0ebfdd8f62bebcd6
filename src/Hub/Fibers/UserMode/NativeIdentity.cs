using System;
using System.Threading;
using Patchy.Threading;

namespace Patchy.Fibers;

/// <summary>
/// The kernel id that a thread brought along when it became a carrier; its fiber goes by that id for ever. While the fiber lives, the
/// kernel thread may not end, or the kernel would give the same id to another thread. A hub that was dropped without a Retire, most often
/// because its thread has ended, is cleaned up by the finalizer.
/// </summary>
internal sealed unsafe class NativeIdentity
{
    private static SpinLatch s_latch;
    private static int[] s_ids = new int[64];
    private static int s_count;
    private readonly int _kernelId;
    private FiberContext* _context;
    private int _dropped;

    public NativeIdentity(FiberContext* context)
    {
        _context = context;
        _kernelId = context->Id;
        int[] larger = [];
        while (!TryAdd(larger)) larger = new int[s_ids.Length * 2]; // outside of the latch: nothing allocates in it
    }

    ~NativeIdentity() => Drop();

    public FiberContext* Context => _context;

    public static bool IsInUse(int kernelId)
    {
        s_latch.Enter();
        bool found = Array.IndexOf(s_ids, kernelId, 0, s_count) >= 0;
        s_latch.Exit();
        return found;
    }

    public void Drop()
    {
        if (Interlocked.Exchange(ref _dropped, 1) != 0) return;
        s_latch.Enter();
        int at = Array.IndexOf(s_ids, _kernelId, 0, s_count);
        s_ids[at] = s_ids[--s_count];
        s_latch.Exit();
        _context->Id = 0; // the hooks believe the word in the thread block no longer
        ContextArena.Return(_context);
        _context = null;
    }

    private bool TryAdd(int[] larger)
    {
        s_latch.Enter();
        if (s_count == s_ids.Length && larger.Length > s_count)
        {
            Array.Copy(s_ids, larger, s_count);
            s_ids = larger;
        }

        bool added = s_count < s_ids.Length;
        if (added) s_ids[s_count++] = _kernelId;
        s_latch.Exit();
        return added;
    }
}
