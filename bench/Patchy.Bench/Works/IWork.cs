using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>One thing to measure. Runs in a process of its own; "patched" has called Patch.All() before.</summary>
internal interface IWork
{
    string Name { get; }

    /// <param name="who">patched, threads or async; some works know further words.</param>
    /// <param name="sizes">How many, where the work has sizes; as many as were named.</param>
    Figures Run(string who, params int[] sizes);
}
