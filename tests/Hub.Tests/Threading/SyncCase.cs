using FluentAssertions;

namespace Patchy.Tests.Threading;

/// <summary>A body and what it is known to do natively.</summary>
public sealed record SyncCase(string Name, string Expected)
{
    internal Action<ISync, Trace> Body { get; init; } = static (_, _) => { };

    internal static SyncCase Of(string name, string expected, Action<ISync, Trace> body) => new(name, expected) { Body = body };

    internal void Run(ISync sync)
    {
        var trace = new Trace();
        Body(sync, trace);
        trace.ToString().Should().Be(Expected, Name);
    }

    public override string ToString() => Name;
}
