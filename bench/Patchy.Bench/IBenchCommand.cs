namespace Patchy.Bench;

/// <summary>One word of the command line. A class that implements it is found by itself.</summary>
internal interface IBenchCommand
{
    string Name { get; }

    /// <summary>The arguments, and what it measures: one line.</summary>
    string Usage { get; }

    /// <summary>Returns the exit code.</summary>
    int Run(string[] args);
}
