using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Threading;

#pragma warning disable RS0030 // SpinWait is what this class stands in for

/// <summary>
/// Stands in for SpinWait.SpinOnceCore. Spinning is for another processor's sake; on a carrier it only keeps the one away that is waited for.
/// So a greenlet counts, lets the others run from time to time, and sleeps where SpinWait would. It never raises a kill or a timeout:
/// the BCL spins in places where nothing may be thrown.
/// </summary>
internal static unsafe class CooperativeSpinWait
{
    private const int SpinsPerYield = 8;
    private const int CountAfterOverflow = 10; // as SpinWait: back to where it yields

    internal static delegate*<ref SpinWait, int, void> SpinOnceCoreOriginal =
        (delegate*<ref SpinWait, int, void>)OriginalMethod.Of(typeof(SpinWait), "SpinOnceCore", typeof(int));

    /// <summary>SpinWait.SpinOnceCore(int).</summary>
    internal static void SpinOnceCore(ref SpinWait self, int sleep1Threshold)
    {
        if (Greenlet.Running is not { } greenlet)
        {
            SpinOnceCoreOriginal(ref self, sleep1Threshold);
            return;
        }
        // SAFETY: SpinWait is a struct of one int, its count.
        ref int count = ref Unsafe.As<SpinWait, int>(ref self);
        int spins = count;
        count = spins == int.MaxValue ? CountAfterOverflow : spins + 1;
        if (sleep1Threshold >= 0 && spins >= sleep1Threshold)
        {
            new Waiter(greenlet, "SpinWait").Park(Deadline.In(1), interruptible: false);
        }
        else if (spins % SpinsPerYield == SpinsPerYield - 1)
        {
            if (!greenlet.Hub.HasReady) SpinLatch.Pause(int.MaxValue); // what is waited for may be a native thread that needs the processor
            Hub.Yield();
        }
    }
}
