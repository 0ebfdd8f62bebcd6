namespace Patchy.Bench.Comparisons;

/// <summary>One table: a work beside its peers. A class that implements it is found by itself.</summary>
internal interface IComparison
{
    string Name { get; }

    /// <summary>The arguments, and what it measures: one line.</summary>
    string Usage { get; }

    void Compare(string[] args);
}
