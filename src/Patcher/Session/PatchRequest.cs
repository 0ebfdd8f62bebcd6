using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace Patchy.Session;

/// <summary>One call that patches: what it was asked for, and what it has to say at its end.</summary>
internal sealed class PatchRequest
{
    public PatchRequest(PatchOptions options) => Options = options;

    public PatchOptions Options { get; }

    /// <summary>Who owns the patches; null for Patchy itself, whose owners are its groups.</summary>
    public string? Owner { get; init; }

    /// <summary>Queued while patching, given once at the end.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What this call has patched too late.</summary>
    public List<string> Late { get; } = [];

    public PatchReportThread[] Threads { get; set; } = [];

    private long Started { get; } = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Started);
}
