using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Fibers;

namespace Patchy;

// The hub's side of a greenlet.

public partial class Greenlet
{
    private static ExecutionContext? s_emptyContext;

    /// <summary>True when a kill, timeout or interrupt is waiting to be raised at the next interruptible wait.</summary>
    internal bool HasPending => _pending.Kinds != Interrupts.None;

    internal Interrupts PendingInterrupts => _pending.Kinds;

    internal LocalValues? LocalsOrNull => _details?.Locals;

    internal string StateText =>
        Dead ? "dead"
        : IsOffCarrier ? "in a call that blocks, on a kernel thread of its own"
        : CurrentWait is { } wait ? $"waits for {wait.Awaited ?? "something"} since {Environment.TickCount64 - wait.ParkedSince} ms"
        : Volatile.Read(ref _phase) == Created ? "not started"
        : Fiber is null ? "not yet run"
        : Hub.Occupant == this ? "running" : "ready";

    /// <summary>The greenlet, of whatever hub, that has this managed thread id, or null: for finding the owner of a lock.</summary>
    internal static Greenlet? FindByManagedThreadId(int id) => GreenletTable.Find(id);

    /// <summary>Only on the greenlet's own CLR thread: declares it running here. Null: this thread runs no greenlet on a carrier.</summary>
    internal static void SetRunning(Greenlet? greenlet)
    {
        t_self?.KnowStack(greenlet is not null);
        t_running = greenlet;
    }

    /// <summary>Only with the hub entered, before it first runs: the stack that it gets.</summary>
    internal void Assign(Fiber fiber)
    {
        if (Id == 0) Id = Hub.NextPooledId();
        Fiber = fiber;
    }

    /// <summary>Only on a CLR thread that has just begun: its context is the empty one, in which greenlets run that have none; what they set must not stay on a pooled stack.</summary>
    internal static void RememberEmptyContext() => s_emptyContext ??= ExecutionContext.Capture();

    /// <summary>Only on the CLR thread itself: this thread is the stack of that greenlet from now on.</summary>
    internal static void Adopt(Greenlet greenlet, Thread thread, int managedThreadId, Fiber fiber)
    {
        greenlet.Fiber = fiber;
        greenlet.Thread = thread;
        greenlet.ManagedThreadId = managedThreadId;
        t_self = greenlet;
        t_running = greenlet;
        greenlet.KnowStack(true);
        GreenletTable.Set(managedThreadId, greenlet);
    }

    /// <summary>Only on the CLR thread itself: it is no greenlet's stack any more.</summary>
    internal static void Disown(int managedThreadId)
    {
        t_self = null;
        t_running = null;
        GreenletTable.Clear(managedThreadId);
    }

    /// <summary>Only with the hub entered, before the greenlet gives the carrier away: it may have left a lock that others wait for.</summary>
    internal void OnLeavingCarrier()
    {
        if (Watch is { IsEmpty: false } watch) watch.Fire();
    }

    /// <summary>The whole life, on the greenlet's own stack and in the context of its spawner. Never throws.</summary>
    internal void RunToEnd()
    {
        if (Interlocked.CompareExchange(ref _phase, Begun, Queued) != Queued) return; // killed before it ran
        try
        {
            RaisePending(Interrupts.Kill);
            if ((_context ?? s_emptyContext) is not { } context) Invoke();
            else ExecutionContext.Run(context, static self => ((Greenlet)self!).Invoke(), this);
        }
#pragma warning disable CA1031 // whatever the body throws is the greenlet's result, as in gevent
        catch (Exception exception)
#pragma warning restore CA1031
        {
            TakeFailure(exception);
        }
        ForgetBody();
        Forget();
        End();
        ReportFailure();
    }

    /// <summary>It cannot run at all (no fiber to be had): it ends with this error.</summary>
    internal void Fail(Exception exception)
    {
        if (TryFail(exception)) ReportFailure();
    }

    private bool TryFail(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _phase, Cancelled, Queued) != Queued) return false;
        ForgetBody();
        SetFailure(exception);
        End();
        return true;
    }

    /// <summary>It will not run any more: what its body and its context hold goes with them, as in gevent.</summary>
    private protected virtual void ForgetBody()
    {
        _body = null;
        _context = null;
    }

    /// <summary>
    /// Only on the greenlet itself: true for the <see cref="GreenletExit"/> that kills it and for what the class library has wrapped around that: an IOException in NetworkStream, for one.
    /// </summary>
    internal bool IsKilledBy(Exception exception) => _pending.Unwrap(exception) is GreenletExit;

    /// <summary>Only on the greenlet itself, whose code has let that through.</summary>
    private protected void TakeFailure(Exception exception) => SetFailure(_pending.Unwrap(exception));

    /// <summary>Only on the greenlet itself, whose code is over: what was for that code only.</summary>
    private protected void Forget()
    {
        _pending.Clear();
        if (_details is { } details) details.Locals = null;
    }

    private protected virtual void Invoke() => Run();

    private void SetFailure(Exception exception)
    {
        if (exception is GreenletExit exit)
        {
            Details.Exit = exit;
            return;
        }
        _failure = ExceptionDispatchInfo.Capture(exception);
    }

    /// <summary>After the end, as in gevent: whoever handles the error finds a greenlet that has ended, and an error of his loses nothing.</summary>
    private void ReportFailure()
    {
        if (_failure is { } failure) HubErrors.Report(this, failure.SourceException);
    }

    private void KnowStack(bool running)
    {
        if (!running)
        {
            Volatile.Write(ref _stackSize, 0);
        }
        else if (Fiber is { } fiber && this != Hub.Main) // main's thread ends without a word, and another one may get its stack
        {
            _stackLow = fiber.StackLow;
            Volatile.Write(ref _stackSize, fiber.StackSize);
        }
    }
}
