using System;
using System.Threading;
using Patchy.Threading;

namespace Patchy.Pools;

// Life of a worker. Each arrow out of Idle is decided under the latch of the workforce, by whoever takes the worker out of the list of the idle ones.
//
//   Starting -> Busy   with its first job
//   Busy     -> Busy   it takes the next job of the queue
//   Busy     -> Idle   there is none: it sleeps at its gate
//   Idle     -> Busy   a job is put into its hand and the gate opened
//   Idle     -> Over   its time has passed, or it is told to end (the gate opened, no job)
//   Busy     -> Over   there are more than there may be, or its job has left greenlets behind that do not end

/// <summary>A native thread of a pool. It stays native, and so do the waits of its jobs, whatever is patched.</summary>
#pragma warning disable CA1001 // the thread disposes of the gate as its last act
internal sealed class NativeWorker
#pragma warning restore CA1001
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly NativeWorkforce _force;
    private readonly AutoResetEvent _gate = new(false);
    private NativeJob? _job;

    [ThreadStatic] private static NativeWorkforce? t_forceHere;

    public NativeWorker(NativeWorkforce force, NativeJob? job)
    {
        _force = force;
        _job = job;
    }

    /// <summary>The workforce whose job runs on the calling thread, or null.</summary>
    public static NativeWorkforce? ForceHere => t_forceHere;

    /// <summary>Links of the list of the idle ones; only under the latch of the workforce.</summary>
    internal NativeWorker? Below;
    internal NativeWorker? Above;
    internal bool IsIdle;

    /// <exception cref="OutOfMemoryException">The system has no thread for it.</exception>
    public void Start() => NativeThreads.Start(new Thread(Work) { IsBackground = true, Name = _force.ThreadName });

    /// <summary>Once, by whoever has taken it out of the idle ones: a job, or null to end it.</summary>
    public void Give(NativeJob? job)
    {
        _job = job;
        _gate.Set();
    }

    private void Work()
    {
        Thread self = Thread.CurrentThread;
        t_forceHere = _force;
        while (TakeJob() is { } job)
        {
            job.Run();
            _force.Finish(job);
            if (!self.IsBackground) self.IsBackground = true; // or an idle worker would keep the process
            if (self.Priority != ThreadPriority.Normal) self.Priority = ThreadPriority.Normal;
            if (Hub.CurrentOrNull is not { } hub || hub.Destroy(s_patience)) continue; // nothing would run its greenlets while this thread idles; gevent destroys it at the end of the thread
            _force.Retire();
            break;
        }
        _gate.Dispose();
    }

    /// <summary>The job in its hand, the next of the queue, or the one that it is woken with; null when it is over.</summary>
    private NativeJob? TakeJob()
    {
        NativeJob? job = _job;
        if (job is null)
        {
            if (!_force.TryNext(this, out job)) return null;
            if (job is null)
            {
                Sleep();
                job = _job;
            }
        }
        _job = null;
        return job;
    }

    /// <summary>Idle: until somebody has taken it out of the list and opened the gate, or its time has passed.</summary>
    private void Sleep()
    {
        Deadline deadline = Deadline.In(_force.IdleTimeout); // which may be longer than a wait handle takes at once
        bool isOver = false;
        while (!isOver)
        {
            try
            {
#pragma warning disable RS0030 // no greenlet runs here: a patched WaitOne passes through to the original
                isOver = _gate.WaitOne(deadline.RemainingMilliseconds);
#pragma warning restore RS0030
                if (isOver || !deadline.HasPassed) continue;
                isOver = _force.TryLeave(this);
                deadline = Deadline.Never; // if not: somebody has taken it out of the list, and is about to open the gate
            }
            catch (ThreadInterruptedException)
            {
                // meant for a job that is over
            }
        }
    }
}
