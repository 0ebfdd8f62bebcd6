using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Scheduling;

namespace Patchy.Threading;

/// <summary>
/// A <see cref="System.Threading.Thread"/> of the user's that runs as a greenlet: the real Thread object, its own stack and thread statics, but a kernel thread only to be
/// born and to end. The counterpart of what gevent.monkey.patch_thread makes of threading.Thread.
/// </summary>
internal sealed class GreenThread : Greenlet
{
    // What _ground may be. Any thread may change it between the first two; whoever does so counts. The last is for good.
    private const int Background = 0;
    private const int Foreground = 1;
    private const int Over = 2;

    private Delegate? _start; // null once its body is over
    private readonly Fiber _fiber;
    private StartSurroundings _surroundings;
    private int _ground;

    private GreenThread(Hub hub, Thread thread, Delegate start) : base(hub, context: null) // the runtime itself runs a thread in its context
    {
        _start = start;
        _fiber = Fiber.Create(hub.Kind);
        _ground = thread.IsBackground ? Background : Foreground;
        _surroundings = StartDelegate.TakeSurroundings(thread);
        Priority = thread.Priority;
        Thread = thread;
        ManagedThreadId = thread.ManagedThreadId;
    }

    /// <summary>What the user has said. Foreground ones keep the process alive after Main has returned.</summary>
    public bool IsBackground
    {
        get => Volatile.Read(ref _ground) != Foreground;
        set
        {
            (int from, int to) = value ? (Foreground, Background) : (Background, Foreground);
            if (Interlocked.CompareExchange(ref _ground, to, from) == from) ForegroundThreads.Change(value ? -1 : 1);
        }
    }

    /// <summary>What the user has said. It is remembered; a carrier's priority is its own.</summary>
    public ThreadPriority Priority { get; set; }

    /// <summary>The green thread that this Thread object is, or null. May be called from any thread.</summary>
    public static GreenThread? Of(Thread thread) => OwnerOf(thread) as GreenThread;

    /// <summary>The greenlet whose stack this Thread object is now, or null. May be called from any thread.</summary>
    public static Greenlet? OwnerOf(Thread thread) =>
        FindByManagedThreadId(thread.ManagedThreadId) is { } greenlet && ReferenceEquals(greenlet.Thread, thread) ? greenlet : null;

    /// <summary>On the thread that calls Thread.Start: false when the new one is to be native.</summary>
    /// <exception cref="FiberLimitException">No further green thread can be had. The Thread object has not been started.</exception>
    public static bool TryStart(Thread thread)
    {
        if (NativeThreads.IsStarting || !Hub.IsHubThread()) return false;
        GreenThread green;
#pragma warning disable CA2002 // the very lock that the original takes: of two that start one object, wherever they run, the second finds it started, and gets the original's error
        lock (thread)
#pragma warning restore CA2002
        {
            if (!IsUnstarted(thread) || StartDelegate.Of(thread) is not { } start || StartDelegate.IsFrameworks(start)) return false;
            green = new GreenThread(Hub.ForThisThread(), thread, start);
            green.Launch(start);
        }
        green.Hub.Admit(green.WithFiber());
        if (UnstartedInterrupts.Take(thread)) green.InterruptThread();
        return true;
    }

    private void Launch(Delegate start)
    {
        Greenlet? starter = Running;
        StartDelegate.Replace(Thread!, start is ThreadStart ? new ThreadStart(RunThread) : new ParameterizedThreadStart(RunThread));
        if (!IsBackground) ForegroundThreads.Change(1);
        bool launched = false;
        GreenletTable.Set(ManagedThreadId, this);
        try
        {
            SetBackground(Thread!, true);
            if (starter is not null) starter.IsStartingThread = true;
            _fiber.Launch(Thread!, NativeThreads.StartPrepared);
            launched = true;
        }
        finally
        {
            if (starter is not null) starter.IsStartingThread = false;
            if (!launched) TakeBack();
        }
    }

    private GreenThread WithFiber()
    {
        Fiber = _fiber;
        return this;
    }

    private void TakeBack()
    {
        GreenletTable.Clear(ManagedThreadId);
        if (!IsBackground) ForegroundThreads.Change(-1);
        StartDelegate.Replace(Thread!, _start!);
        StartDelegate.PutBack(Thread!, _surroundings);
        SetBackground(Thread!, IsBackground);
    }

    private void RunThread() => RunOnFiber(static (start, _) => ((ThreadStart)start)(), null);

    private void RunThread(object? argument) => RunOnFiber(static (start, argument) => ((ParameterizedThreadStart)start)(argument), argument);

    /// <summary>The thread's whole life. An exception of the user's goes through, and ends the process, as in any thread.</summary>
    [SkipLocalsInit]
    private unsafe void RunOnFiber(Action<Delegate, object?> body, object? argument)
    {
        byte* gap = stackalloc byte[StackColour.Next()];
        StackColour.Keep(gap);
        RunColoured(body, argument);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunColoured(Action<Delegate, object?> body, object? argument)
    {
        _fiber.Detach();
        Adopt(this, Thread!, ManagedThreadId, _fiber);
        Hold.Leave();

        try
        {
            if (_surroundings.Context is { } context) ExecutionContext.Run(context, _ => RunIn(body, argument), null);
            else RunIn(body, argument);
        }
        catch (Exception exception) when (IsKilledBy(exception))
        {
            TakeFailure(exception); // an end like any other
        }
        Forget();
        _start = null;
        _surroundings = default;

        Hub.Enter(this);
        OnLeavingCarrier();
        SetRunning(null);
        Hub.Attachments.EnqueueEnd(_fiber);
        _fiber.LeaveCarrierTo(Hub.NextFiber());

        // On a kernel thread of its own again: the runtime ends it as any other. ThreadState must not show the flag that we had set.
        bool wasForeground = Interlocked.Exchange(ref _ground, Over) == Foreground;
        if (wasForeground) SetBackground(Thread!, false);
        Disown(ManagedThreadId);
        if (wasForeground) ForegroundThreads.Change(-1);
        _fiber.Retire();
        End();
        Hub.Attachments.EndFinished();
    }

    private void RunIn(Action<Delegate, object?> body, object? argument)
    {
        _surroundings.SetCultures();
        body(_start!, argument);
    }

    private static unsafe bool IsUnstarted(Thread thread) => (CooperativeThread.GetThreadStateOriginal(thread) & ThreadState.Unstarted) != 0;

    private static unsafe void SetBackground(Thread thread, bool value) => CooperativeThread.SetIsBackgroundOriginal(thread, value);
}
