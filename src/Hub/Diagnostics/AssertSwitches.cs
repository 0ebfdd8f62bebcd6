using System;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Patchy.Diagnostics;

/// <summary>
/// Sees to it that code lets others run: <c>using (AssertSwitches.Start()) { ... }</c> fails when nothing switched meanwhile, or, with a time, when a
/// greenlet of this hub kept the carrier for longer than that. For tests. The counterpart of <c>gevent.util.assert_switches</c>.
/// </summary>
public sealed class AssertSwitches : IDisposable
{
    private readonly Greenlet _greenlet;
    private readonly TimeSpan? _most;
    private readonly bool _hubOnly;
    private readonly SwitchProbe? _probe;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly long _switchesBefore;
    private readonly nint _exceptionBefore = Marshal.GetExceptionPointers();
    private bool _over;

    private AssertSwitches(Greenlet greenlet, TimeSpan? most, bool hubOnly)
    {
        _greenlet = greenlet;
        _most = most;
        _hubOnly = hubOnly;
        _switchesBefore = greenlet.Hub.SwitchCount;
        if (most is null) return;
        _probe = new SwitchProbe(hubOnly, greenlet);
        greenlet.Hub.AddProbe(_probe);
    }

    /// <summary>Begins the scope; Dispose ends it and checks. Only on a greenlet or on a thread that can have a hub; Dispose on the same.</summary>
    /// <param name="maxBlockingTime">The longest time from one switch to the next; null asks for one switch at least, after whatever time.</param>
    /// <param name="hubOnly">The time counts until the hub's loop runs, which fires timers and polls, and not until another greenlet does. Only with a time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public static AssertSwitches Start(TimeSpan? maxBlockingTime = null, bool hubOnly = false)
    {
        if (maxBlockingTime <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(maxBlockingTime), maxBlockingTime, "The time must be above zero. Leave it out to ask for one switch.");
        return new AssertSwitches(Hub.RunningHere(), maxBlockingTime, hubOnly);
    }

    /// <summary>Ends the scope and checks, unless the code has thrown: its exception is not hidden.</summary>
    /// <exception cref="FailedToSwitchException">Nothing switched, or a greenlet kept the carrier for too long: the message says which and for how long.</exception>
    /// <exception cref="InvalidOperationException">Called on another greenlet or thread than Start.</exception>
    public void Dispose()
    {
        if (_over) return;
#pragma warning disable CA1065 // to throw at the end of the scope is what it is for
        if (Greenlet.Running != _greenlet)
            throw new InvalidOperationException($"The scope was started on {_greenlet.Name}. End it there: it tells when that greenlet's hub switches.");
        _over = true;
        if (_probe is not null) _greenlet.Hub.RemoveProbe(_probe);
        nint exception = Marshal.GetExceptionPointers();
        if (exception != 0 && exception != _exceptionBefore) return;
        if (_most is { } most) CheckLongest(most);
        else if (_greenlet.Hub.SwitchCount == _switchesBefore)
            throw new FailedToSwitchException(string.Create(CultureInfo.InvariantCulture, $"{_greenlet.Name} has not let any greenlet run in {Stopwatch.GetElapsedTime(_began).TotalSeconds:0.0000} seconds."));
#pragma warning restore CA1065
    }

    private void CheckLongest(TimeSpan most)
    {
        TimeSpan longest = TimeSpan.FromSeconds((double)_probe!.Longest / Stopwatch.Frequency);
        if (longest <= most) return;
        string whom = _hubOnly ? "the hub" : "any greenlet";
        throw new FailedToSwitchException(string.Create(CultureInfo.InvariantCulture,
            $"{_probe.LongestOf!.Name} has not let {whom} run for {longest.TotalSeconds:0.0000} seconds (max allowed {most.TotalSeconds:0.0000} seconds)."));
    }
}
