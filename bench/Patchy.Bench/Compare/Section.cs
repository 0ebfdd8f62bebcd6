namespace Patchy.Bench.Compare;

/// <summary>One work of the comparison: one section of bench/README.md and one chart. A class that derives from it is found by itself.</summary>
internal abstract class Section
{
    /// <summary>On the command line, in the marks, and of the chart's file.</summary>
    public abstract string Name { get; }

    /// <summary>Sections are run in this order.</summary>
    public abstract int Order { get; }

    public abstract string Title { get; }

    /// <summary>What is measured: a sentence or two for the reader.</summary>
    public abstract string What { get; }

    public abstract IEnumerable<Case> Cases(Setup setup);

    /// <summary>Who or what is not there for this section alone.</summary>
    public virtual IEnumerable<string> Missing(Setup setup) => [];

    /// <summary>What holds while the section is measured.</summary>
    public virtual IDisposable? Begin(Setup setup) => null;
}
