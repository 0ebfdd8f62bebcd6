using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Threading;

namespace Patchy.Scheduling;

/// <summary>
/// A pooled fiber: it runs one spawned greenlet after the other. Its CLR thread, and so its thread statics, live on, as with a pool thread; what a greenlet has made of the
/// Thread object itself is undone after it, as the pool does.
/// </summary>
internal sealed class FiberWorker
{
    private const string ThreadName = "Patchy greenlet";

    // The runtime's default where it does not take the C library's 8 MB. Distance is what costs: each stack 8 MB from the next has a page of the kernel's
    // page tables for itself, and with a thousand of them every switch waits for the processor to walk those.
    private const int StackBytes = 1536 * 1024;
    private static readonly int s_stackBytes = HasOwnDefault ? 0 : StackBytes;

    private readonly Hub _hub;
    private Greenlet? _job;

    public FiberWorker(Hub hub)
    {
        _hub = hub;
        Fiber = Fiber.Create(hub.Kind);
    }

    public Fiber Fiber { get; }

    public FiberWorker? NextIdle { get; set; }

    // Whoever has set the runtime's default stack size gets it.
    private static bool HasOwnDefault =>
        (Environment.GetEnvironmentVariable("DOTNET_DefaultStackSize") ?? Environment.GetEnvironmentVariable("DOTNET_Thread_DefaultStackSize")) is not null;

    /// <exception cref="FiberLimitException">No further fiber can be had.</exception>
    public void Launch() => Fiber.Launch(new Thread(Run, s_stackBytes) { IsBackground = true, Name = ThreadName }, NativeThreads.Start);

    /// <summary>Only with the hub entered: the next greenlet to run here.</summary>
    public void Assign(Greenlet job)
    {
        _job = job;
        job.Assign(Fiber);
    }

    [SkipLocalsInit]
    private unsafe void Run()
    {
        byte* gap = stackalloc byte[StackColour.Next()];
        StackColour.Keep(gap);
        RunJobs();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunJobs()
    {
        Fiber.Detach();
        Greenlet.RememberEmptyContext();
        Thread thread = Thread.CurrentThread;
        int id = Environment.CurrentManagedThreadId;
        while (true)
        {
            RunJob(thread, id);
            if (!_hub.Workers.TryRelease(this)) break;
            Fiber next = _hub.NextFiber();
            if (ReferenceEquals(next, Fiber)) continue;
            Greenlet.Disown(id); // or what it has left behind would live until this stack is used again
            Fiber.SwitchTo(next);
        }
        Greenlet.Disown(id);
        _hub.Attachments.EnqueueEnd(Fiber);
        Fiber.LeaveCarrierTo(_hub.NextFiber());
        Fiber.Retire();
        _hub.Attachments.EndFinished();
    }

    // On its own: nothing on the stack of an idle worker refers to its last greenlet.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunJob(Thread thread, int id)
    {
        Greenlet job = _job!;
        Greenlet.Adopt(job, thread, id, Fiber);
        job.Hold.Leave();
        job.RunToEnd();
        if (IsChanged(thread)) PutBack(thread);
        _hub.Enter(job);
        job.OnLeavingCarrier();
        Greenlet.SetRunning(null);
        job.Fiber = null;
        _job = null;
    }

    /// <summary>Contexts, and so the cultures, are put back where the body ran.</summary>
    private static unsafe bool IsChanged(Thread thread) =>
        !ReferenceEquals(thread.Name, ThreadName) || !CooperativeThread.GetIsBackgroundOriginal(thread) || CooperativeThread.GetPriorityOriginal(thread) != ThreadPriority.Normal;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void PutBack(Thread thread)
    {
        thread.Name = ThreadName;
        CooperativeThread.SetIsBackgroundOriginal(thread, true);
        if (CooperativeThread.GetPriorityOriginal(thread) != ThreadPriority.Normal) CooperativeThread.SetPriorityOriginal(thread, ThreadPriority.Normal);
    }
}
