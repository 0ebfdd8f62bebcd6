using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <summary>One table: the same thing done by several.</summary>
/// <param name="Title">Over the table, and over its part of the chart.</param>
/// <param name="Rounds">How many unless the command line says otherwise.</param>
/// <param name="Entries">Who does it; the first one is what the others are compared with.</param>
internal sealed record Case(string Title, int Rounds, IReadOnlyList<Entry> Entries)
{
    /// <summary>How many open files it needs in one process.</summary>
    public int OpenFiles { get; init; }
}

/// <param name="Name">Of the contender.</param>
/// <param name="Run">Does it once, in a process of its own.</param>
internal sealed record Entry(string Name, Func<Figures> Run);
