using System;
using System.Threading;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. The thread makes its hub, wakes who started it, and parks its main greenlet until a stop is asked for, which may come at any time.
//  2. The main greenlet has no code of the user's: nothing interrupts its wait, so a system error is printed and goes nowhere.

/// <summary>The native thread of a hub of Hub.Start.</summary>
internal sealed class HubThread
{
    private readonly string? _name;
    private readonly FiberKind _kind;
    private readonly Link _starter;
    private Hub? _hub;
    private Exception? _failure;
    private Waiter? _stop;
    private long _patience; // ticks; written before the wake

    private HubThread(string? name, FiberKind kind, Link starter)
    {
        _name = name;
        _kind = kind;
        _starter = starter;
    }

    /// <summary>May be called from any thread.</summary>
    public static Hub Start(string? name, FiberKind kind)
    {
        Link starter = LinkWait.ForCaller("a hub to start");
        var self = new HubThread(name, kind, starter);
        NativeThreads.Start(new Thread(self.Run) { IsBackground = true, Name = name ?? "Patchy started hub" });
        if (starter is Waiter waiter) waiter.Park(Deadline.Never, Interrupts.None);
        else _ = LinkWait.Park(starter, Deadline.Never);
        if (self._failure is { } failure) throw new InvalidOperationException($"No hub could be started: {failure.Message}", failure);
        return self._hub!;
    }

    /// <summary>May be called from any thread, any number of times; the first counts.</summary>
    public void RequestStop(TimeSpan patience)
    {
        Interlocked.CompareExchange(ref _patience, patience.Ticks == 0 ? 1 : patience.Ticks, 0);
        _stop!.Wake();
    }

    private void Run()
    {
        try
        {
            Hub hub = Hub.Create(_kind);
            _stop = new Waiter(hub.Main, "its hub to be destroyed");
            hub.BelongTo(this, _name);
            _hub = hub;
        }
        catch (Exception exception)
        {
            _failure = exception;
            _starter.Wake();
            return;
        }
        if (!_starter.Wake()) RequestStop(TimeSpan.Zero); // a Thread.Interrupt has met the one that started it: nobody knows the hub
        _stop.Park(Deadline.Never, Interrupts.None);
        _ = _hub.EndHere(Deadline.In(new TimeSpan(Volatile.Read(ref _patience))));
    }
}
