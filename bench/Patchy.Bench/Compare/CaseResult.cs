using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <param name="Title">Of the case.</param>
/// <param name="Rounds">How many there were.</param>
/// <param name="Rows">One for each contender.</param>
internal sealed record CaseResult(string Title, int Rounds, IReadOnlyList<Row> Rows)
{
    /// <summary>The columns, of which the first is what the case is about.</summary>
    public IReadOnlyList<string> Columns { get; } = [.. Rows.Where(r => r.Median is not null).SelectMany(r => r.Median!.Names).Distinct()];
}

/// <param name="Name">Of the contender.</param>
/// <param name="Median">Figure by figure; null when it failed.</param>
/// <param name="Ratio">How many times the first contender's first figure: the median of the rounds' own ratios, which a machine that is slow for a while changes less. Null when one of the two has failed.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record Row(string Name, Figures? Median, double? Ratio, string? Error);
