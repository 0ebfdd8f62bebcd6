namespace Patchy.Conformance;

/// <summary>Marks a body: a static method of a group that takes an <see cref="Outcome"/>, and a <see cref="PartnerKind"/> when it is to run once with each kind.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BodyAttribute : Attribute
{
    /// <summary>The body is blocked for at least this many milliseconds, so others must have run meanwhile. 0: nothing is asserted.</summary>
    public int Blocks { get; init; }

    /// <summary>The body blocks in something that cannot be made cooperative, so that the monitor has to step in.</summary>
    public bool MayBeRelieved { get; init; }

    /// <summary>How long the body may keep the hub to itself beyond what the machine's load explains: code that computes, or is compiled for the first time.</summary>
    public int MayHold { get; init; } = 60;

    /// <summary>Why the body makes no sense with an <see cref="AsyncReader"/> on its sockets; null when it does.</summary>
    public string? NoReader { get; init; }

    /// <summary>Why what the body observes is not the same when calls wait in the BCL's queue; null when it is.</summary>
    public string? NoSlowPath { get; init; }
}
