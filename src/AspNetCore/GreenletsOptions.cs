using System;

namespace Patchy.AspNetCore;

/// <summary>What <c>app.UseGreenlets(options => ...)</c> can be told. Read once, when that call returns.</summary>
public sealed class GreenletsOptions
{
    /// <summary>
    /// How many hubs, and so how many processors, run the requests; one for each processor unless set. The hubs belong to the application: all its calls of <c>UseGreenlets</c> use the
    /// same ones, and must not ask for different numbers.
    /// </summary>
    public int Hubs { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// Calls <see cref="Patchy.Patch.All()"/> when nothing is patched. False, the default, makes that an error instead: patching belongs at the start of <c>Main</c>, before
    /// other code runs. Without the patch a handler that blocks would block its hub and all requests there.
    /// </summary>
    public bool Patch { get; set; }

    /// <summary>Lets handlers read and write bodies synchronously, which servers refuse otherwise, as that blocks a thread: here it parks a greenlet. True unless set.</summary>
    public bool AllowSynchronousIO { get; set; } = true;

    /// <summary>
    /// Ends a request whose client has disconnected: <see cref="GreenletExit"/> is raised in its greenlets at the calls where they wait, and what lets it through ends without an error and without a
    /// word in the log. A request that awaits something gets it at the first wait after that. False unless set: code that must not be cut short watches
    /// <c>HttpContext.RequestAborted</c> itself, as ever.
    /// </summary>
    public bool KillOnDisconnect { get; set; }

    /// <summary>How many requests run at once at most; further ones wait their turn, first come, first served, without a greenlet. No limit (null) unless set. The counterpart of the pool that gevent's servers take.</summary>
    public int? MaxConcurrentRequests { get; set; }

    /// <summary>How many requests may wait for <see cref="MaxConcurrentRequests"/>; one too many is answered with status 503. No limit unless set.</summary>
    public int MaxQueuedRequests { get; set; } = int.MaxValue;

    /// <exception cref="ArgumentOutOfRangeException">A number that makes no sense.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Hubs, 1);
        if (MaxConcurrentRequests is { } most) ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(MaxConcurrentRequests));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxQueuedRequests);
    }
}
