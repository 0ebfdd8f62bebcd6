using System;
using System.Threading;
using Patchy.Fibers;
using Patchy.Threading;

namespace Patchy.Scheduling;

/// <summary>A pooled fiber: it runs one spawned greenlet after the other. Its CLR thread, and so its thread statics, live on, as with a pool thread.</summary>
internal sealed class FiberWorker
{
    private readonly Hub _hub;
    private Greenlet? _job;

    public FiberWorker(Hub hub)
    {
        _hub = hub;
        Fiber = Fiber.Create(hub.Kind);
    }

    public Fiber Fiber { get; }

    public FiberWorker? NextIdle { get; set; }

    /// <exception cref="FiberLimitException">No further fiber can be had.</exception>
    public void Launch() => Fiber.Launch(new Thread(Run) { IsBackground = true, Name = "Patchy greenlet" }, NativeThreads.Start);

    /// <summary>Only with the hub entered: the next greenlet to run here.</summary>
    public void Assign(Greenlet job)
    {
        _job = job;
        job.Assign(Fiber);
    }

    private void Run()
    {
        Fiber.Detach();
        Greenlet.RememberEmptyContext();
        Thread thread = Thread.CurrentThread;
        int id = Environment.CurrentManagedThreadId;
        while (true)
        {
            Greenlet job = _job!;
            Greenlet.Adopt(job, thread, id, Fiber);
            _hub.Leave(job);
            job.RunToEnd();
            _hub.Enter(job);
            job.OnLeavingCarrier();
            Greenlet.SetRunning(null);
            job.Fiber = null;
            _job = null;
            if (!_hub.Workers.TryRelease(this)) break;
            Fiber next = _hub.NextFiber();
            if (!ReferenceEquals(next, Fiber)) Fiber.SwitchTo(next);
        }
        Greenlet.Disown(id);
        _hub.Attachments.EnqueueEnd(Fiber);
        Fiber.LeaveCarrierTo(_hub.NextFiber());
        Fiber.Retire();
        _hub.Attachments.EndFinished();
    }
}
