using System;
using System.Globalization;

namespace Patchy.Diagnostics;

/// <summary>What one greenlet does at one moment. A snapshot: by the time it is read the greenlet may do something else.</summary>
public sealed class GreenletInfo
{
    private GreenletInfo(Greenlet greenlet, GreenletState state, string? awaited, TimeSpan? waitingFor)
    {
        Greenlet = greenlet;
        Name = greenlet.Name;
        State = state;
        Awaited = awaited;
        WaitingFor = waitingFor;
    }

    /// <summary>The greenlet.</summary>
    public Greenlet Greenlet { get; }

    /// <summary>Its name at that moment.</summary>
    public string Name { get; }

    /// <summary>The hub that it belongs to.</summary>
    public Hub Hub => Greenlet.Hub;

    /// <summary>What it did.</summary>
    public GreenletState State { get; }

    /// <summary>What it waited for, in words; null when it did not wait.</summary>
    public string? Awaited { get; }

    /// <summary>How long it had been waiting, or some 20 ms more: a wait does not ask the clock; null when it did not wait.</summary>
    public TimeSpan? WaitingFor { get; }

    /// <summary>What the greenlet does now. May be called from any thread.</summary>
    public static GreenletInfo Of(Greenlet greenlet)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        return Look(greenlet, isQueued: false);
    }

    /// <summary>One line: its name, its state, what it waits for and since when.</summary>
    public override string ToString() => $"{Name}: {StateText}";

    internal string StateText => State switch
    {
        GreenletState.NotStarted => "not started",
        GreenletState.Starting => "ready, has not run yet",
        GreenletState.Ready => "ready",
        GreenletState.Running => "running",
        GreenletState.Waiting => string.Create(CultureInfo.InvariantCulture, $"waits for {Awaited} since {WaitingFor!.Value.TotalMilliseconds:0} ms"),
        GreenletState.Escaped => "in a call that blocks, on a kernel thread of its own",
        _ => Greenlet.Exception is { } error ? $"ended with {error.GetType().Name}" : "ended",
    };

    /// <summary>Each field is read once: the greenlet may move on at any time, on its carrier.</summary>
    internal static GreenletInfo Look(Greenlet greenlet, bool isQueued)
    {
        if (greenlet.Dead) return new GreenletInfo(greenlet, GreenletState.Dead, null, null);
        if (greenlet.IsOffCarrier) return new GreenletInfo(greenlet, GreenletState.Escaped, null, null);
        if (greenlet.CurrentWait is { IsDecided: false, ParkedSince: > 0 } wait)
        {
            long milliseconds = Math.Max(0, Environment.TickCount64 - wait.ParkedSince);
            return new GreenletInfo(greenlet, GreenletState.Waiting, Describe(wait.Awaited), TimeSpan.FromMilliseconds(milliseconds));
        }
        if (greenlet.Hub.Occupant == greenlet) return new GreenletInfo(greenlet, GreenletState.Running, null, null);
        if (greenlet.Fiber is not null) return new GreenletInfo(greenlet, GreenletState.Ready, null, null);
        return new GreenletInfo(greenlet, isQueued ? GreenletState.Starting : GreenletState.NotStarted, null, null);
    }

    /// <summary>Words for what is waited for. A dump must not fail because of an object's own ToString, nor repeat all of another greenlet's state.</summary>
    private static string Describe(object? awaited)
    {
        switch (awaited)
        {
            case null: return "something";
            case string words: return words;
            case Greenlet greenlet: return $"the end of {greenlet.Name}";
        }
        try
        {
            return awaited.ToString() ?? awaited.GetType().Name;
        }
        catch (Exception exception)
        {
            return $"{awaited.GetType().Name} (its ToString failed with {exception.GetType().Name})";
        }
    }
}
