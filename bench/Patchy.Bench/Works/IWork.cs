using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>One thing to measure. Runs in a process of its own; "patched" has called Patch.All() before.</summary>
internal interface IWork
{
    string Name { get; }

    /// <param name="who">patched, threads or async; some works know further words.</param>
    /// <param name="size">How many, where the work has a size; 0 when none was named.</param>
    Figures Run(string who, int size);
}
