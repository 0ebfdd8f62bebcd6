using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. Any thread adds, under the latch; only the greenlet itself takes.
//  2. A kill or a timeout stays pending after it was raised (it is raised again at the next wait), so that a catch (Exception) on the way cannot
//     swallow it: .NET has no BaseException. It goes when the body or the timeout's scope is left, or when the handler that will get it names its type.
//  3. But not while an exception is on its way or being handled on that stack: a finally block that has to wait (SemaphoreSlim.Release for its own
//     lock, for one) would be cut short, and a permit lost. gevent's finally blocks can wait too.
//  4. What Greenlet.Throw brings is raised once: it takes the place of a kill, and goes when it is taken. A kill that comes before that takes its place.
//  5. Errors that the hub throws into a main greenlet have a list of their own, so that none is lost: each is raised once.
//  6. _kinds is the fast look: written under the latch, read without.

/// <summary>What is to be raised in one greenlet at its next wait.</summary>
internal struct PendingInterrupts
{
    private SpinLatch _latch;
    private volatile int _kinds;
    private volatile int _raised; // kinds of which all have been thrown at least once; under the latch
    private bool _once; // _kill is from Greenlet.Throw
    private Exception? _kill;
    private List<GreenletTimeout>? _timeouts;
    private List<ExceptionDispatchInfo>? _thrown;

    /// <summary>Only on the greenlet itself: what its next wait has to raise.</summary>
    public readonly Interrupts Kinds
    {
        get
        {
            int kinds = _kinds, raised = _raised;
            bool inFlight = (kinds & raised) != 0 && Marshal.GetExceptionPointers() != 0; // not 0 in a finally block, a filter and a catch block
            return (Interrupts)(inFlight ? kinds & ~raised : kinds);
        }
    }

    /// <summary>False when there was one already: one is enough. <paramref name="once"/>: it does not stay after it was raised.</summary>
    public bool AddKill(Exception exception, bool once = false)
    {
        _latch.Enter();
        bool first = _kill is null || (_once && !once);
        if (first)
        {
            _kill = exception;
            _once = once;
        }
        _kinds |= (int)Interrupts.Kill;
        _latch.Exit();
        return first;
    }

    /// <summary>From the hub: raised once, with the stack that it has got already.</summary>
    public void AddThrown(Exception exception)
    {
        ExceptionDispatchInfo info = ExceptionDispatchInfo.Capture(exception);
        _latch.Enter();
        (_thrown ??= []).Add(info);
        _kinds |= (int)Interrupts.Thrown;
        _latch.Exit();
    }

    public void AddThreadInterrupt()
    {
        _latch.Enter();
        _kinds |= (int)Interrupts.ThreadInterrupt;
        _latch.Exit();
    }

    public void AddTimeout(GreenletTimeout timeout)
    {
        _latch.Enter();
        (_timeouts ??= []).Add(timeout);
        _kinds |= (int)Interrupts.Timeout;
        _raised &= ~(int)Interrupts.Timeout;
        _latch.Exit();
    }

    public void RemoveTimeout(GreenletTimeout timeout)
    {
        _latch.Enter();
        if (_timeouts is not null && _timeouts.Remove(timeout) && _timeouts.Count == 0)
        {
            _kinds &= ~(int)Interrupts.Timeout;
            _raised &= ~(int)Interrupts.Timeout;
        }
        _latch.Exit();
    }

    /// <summary>What to throw now: a kill before what the hub throws, before a timeout, before Thread.Interrupt, which is used up by that (as natively).</summary>
    public Exception? Take(Interrupts kinds)
    {
        Exception? taken = null;
        GreenletTimeout? timeout = null;
        ExceptionDispatchInfo? thrown = null;
        bool sticky = false;
        Interrupts pending = Kinds & kinds;
        _latch.Enter();
        pending &= (Interrupts)_kinds;
        if ((pending & Interrupts.Kill) != 0)
        {
            taken = _kill;
            sticky = !_once;
            if (sticky) _raised |= (int)Interrupts.Kill;
            else ForgetKill();
        }
        else if ((pending & Interrupts.Thrown) != 0)
        {
            thrown = _thrown![0];
            _thrown.RemoveAt(0);
            if (_thrown.Count == 0) _kinds &= ~(int)Interrupts.Thrown;
        }
        else if ((pending & Interrupts.Timeout) != 0)
        {
            timeout = _timeouts!.Find(static t => !t.WasRaised) ?? _timeouts[0];
            timeout.WasRaised = true;
            sticky = true;
            if (_timeouts.TrueForAll(static t => t.WasRaised)) _raised |= (int)Interrupts.Timeout;
        }
        else if ((pending & Interrupts.ThreadInterrupt) != 0)
        {
            _kinds &= ~(int)Interrupts.ThreadInterrupt;
            taken = new ThreadInterruptedException();
        }
        _latch.Exit();
        thrown?.Throw();
        if (timeout is not null) taken = timeout.Raised(); // the user's code may make it: outside of the latch
        if (sticky && CatchSearch.IsHandledByType(taken!)) Settle(taken!, timeout);
        return taken;
    }

    /// <summary>The kill behind an exception that the BCL has wrapped (IOException, TypeInitializationException, AggregateException); else the exception itself.</summary>
    public Exception Unwrap(Exception exception)
    {
        // Not by Kinds: that hides what was raised while an exception is being handled, as one is here.
        if (_kill is null) return exception;
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (ReferenceEquals(inner, _kill)) return inner;
        return exception;
    }

    public void Clear()
    {
        if (_kinds == 0) return;
        _latch.Enter();
        _kinds = 0;
        _raised = 0;
        _kill = null;
        _timeouts = null;
        _thrown = null;
        _latch.Exit();
    }

    private void Settle(Exception raised, GreenletTimeout? timeout)
    {
        if (timeout is not null)
        {
            RemoveTimeout(timeout);
            return;
        }
        _latch.Enter();
        if (ReferenceEquals(_kill, raised)) ForgetKill();
        _latch.Exit();
    }

    private void ForgetKill()
    {
        _kill = null;
        _once = false;
        _kinds &= ~(int)Interrupts.Kill;
        _raised &= ~(int)Interrupts.Kill;
    }
}
