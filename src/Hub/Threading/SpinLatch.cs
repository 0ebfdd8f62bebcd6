using System.Runtime.InteropServices;
using System.Threading;

namespace Patchy.Threading;

/// <summary>
/// A lock for a handful of instructions. Monitor, SpinLock and Lock are patched, so the hub's own code must not use them. Nothing may
/// park, switch, allocate large or call the user's code while it is held.
/// </summary>
internal struct SpinLatch
{
    private const int SpinsBeforeYield = 64;
    private int _taken;

    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0) EnterContended();
    }

    public void Exit() => Volatile.Write(ref _taken, 0);

    private void EnterContended()
    {
        for (int spins = 0; ; spins++)
        {
            if (Volatile.Read(ref _taken) == 0 && Interlocked.CompareExchange(ref _taken, 1, 0) == 0) return;
            Pause(spins);
        }
    }

    /// <summary>One round of a wait for somebody who needs a handful of instructions: spins, later gives up the processor.</summary>
    public static void Pause(int spins)
    {
        if (spins < SpinsBeforeYield) Thread.SpinWait(8);
        else if (System.OperatingSystem.IsLinux()) _ = sched_yield(); // the holder was preempted: give it the processor
        else Thread.SpinWait(1000);
    }

    [DllImport("libc")]
    private static extern int sched_yield();
}
