using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Threading;

namespace Patchy.Scheduling;

/// <summary>
/// The hub's own fiber: entered when nothing is ready, when a turn is over, or when a callback is first in the queue. A turn delivers the inbox, fires
/// timers, attaches fibers that need a kernel thread, and polls the reactor (asleep when there is nothing to run). Then the loop runs the callbacks that
/// are first in the queue and the first ready greenlet, which switches to the next itself.
/// </summary>
internal sealed class HubLoop
{
    private readonly Hub _hub;
    private ExecutionContext? _context;
    private Fiber? _heir;
    private bool _givesUp;

    public HubLoop(Hub hub)
    {
        _hub = hub;
        Fiber = Fiber.Create(hub.Kind);
    }

    public Fiber Fiber { get; }

    /// <summary>Only with the hub entered, in its last greenlet, which then switches here: the loop ends. It gives its kernel thread to that fiber, or gives it up where that fiber gets another one.</summary>
    public void EndFor(Fiber last, bool giveUpKernelThread)
    {
        _heir = last;
        _givesUp = giveUpKernelThread;
    }

    /// <summary>Makes the loop's CLR thread; it does nothing until somebody switches to it.</summary>
    public void Launch()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "Patchy hub" };
        Fiber.Launch(thread, NativeThreads.Start);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private void Run()
    {
        Fiber.Detach();
        _hub.DeclareLoopHere();
        _context = ExecutionContext.Capture(); // the thread was started without one: this is the empty one
        try
        {
            while (_heir is null)
            {
                if (_hub.TurnIsOver || _hub.Ready.IsEmpty) Turn();
                else RunReady();
            }
        }
        catch (Exception exception)
        {
            Environment.FailFast($"Patchy: {_hub} is broken. This is a bug in Patchy.", exception);
        }
        if (_givesUp)
        {
            AttachPatiently(_heir!);
            Fiber.Detach();
        }
        else
        {
            Fiber.LeaveCarrierTo(_heir!);
        }
        Fiber.Retire();
    }

    /// <summary>Only where nothing else is left to do: the kernel may refuse for a while.</summary>
    public static unsafe void AttachPatiently(Fiber fiber)
    {
        while (!fiber.TryAttach(out _)) CooperativeSleep.SleepOriginal(1);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private void Turn()
    {
        Hub hub = _hub;
        hub.BeginTurn();
        hub.Inbox.Drain(hub);
        hub.Timers.FireDue(hub, hub.LastTurnTicks);
        hub.Attachments.Work();
        hub.Bystanders.WakeAfter(hub.SwitchCount);
        if (hub.Ready.IsEmpty) Sleep(hub);
        else hub.Reactor.Poll(0);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private void RunReady()
    {
        Hub hub = _hub;
        hub.RunCallbacks(_context!);
        if (hub.Ready.First is not (null or CallbackGreenlet) && hub.MayGoOn()) RunNext(hub);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private static void Sleep(Hub hub)
    {
        if (hub.RouseIdle()) return;
        long due = hub.Timers.NextDue;
        int milliseconds = due == long.MaxValue ? hub.MillisecondsUntilLook() : 0;
        if (!hub.Inbox.TryFallAsleep()) return;
        if (hub.Attachments.HasWork) // an ending thread made room (EndFinished) and found the loop awake, after Work had found none
        {
            hub.Inbox.WakeUp();
            return;
        }
        if (due != long.MaxValue) hub.Reactor.Poll(Deadline.At(due));
        else hub.Reactor.Poll(milliseconds);
        hub.Inbox.WakeUp();
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private void RunNext(Hub hub)
    {
        Fiber target;
        try
        {
            target = hub.TakeReady(out Greenlet? failed, out FiberLimitException? limit)!;
            if (failed is not null)
            {
                failed.Fail(limit!);
                return;
            }
        }
        catch (OutOfMemoryException)
        {
            return; // nothing was taken: the next turn tries again
        }
        Fiber.SwitchTo(target);
    }
}
