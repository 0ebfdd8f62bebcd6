using System;
using System.Threading;
using Patchy.Fibers;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. The monitor sees that the thread of a hub has ended without Destroy, makes this greenlet, which is work for the hub, and so relieves the dead carrier: the hub's
//     greenlets go on, on a kernel thread of Patchy's, as threads go on that an ended thread has started.
//  2. When the last of them has ended, this greenlet ends the hub. Its fiber is none of the workers', since they end before it.

/// <summary>Ends the hub of a native thread that is over.</summary>
internal sealed class OrphanEnd : Greenlet
{
    private readonly Fiber _fiber;

    private OrphanEnd(Hub hub) : base(hub, context: null)
    {
        _fiber = Fiber.Create(hub.Kind);
        Name = $"end of {hub}";
    }

    /// <summary>Only on the monitor, once for each hub. False when no stack can be had now.</summary>
    public static bool TryBegin(Hub hub)
    {
        var end = new OrphanEnd(hub);
        try
        {
            end._fiber.Launch(new Thread(end.RunOnFiber) { IsBackground = true, Name = "Patchy hub end" }, NativeThreads.Start);
        }
        catch (OutOfMemoryException) // a FiberLimitException is one
        {
            return false;
        }
        end.Fiber = end._fiber;
        hub.Admit(end);
        return true;
    }

    private void RunOnFiber()
    {
        _fiber.Detach();
        int id = Environment.CurrentManagedThreadId;
        Adopt(this, Thread.CurrentThread, id, _fiber);
        Hold.Leave();
        Hub.EndOrphan(this);
        End();
    }
}
