namespace Patchy.Package.Tests;

/// <summary>What Programs/Unknowing prints, and what it means.</summary>
internal static class Concurrency
{
    /// <summary>Each waits on a thread of the system of its own, and they run as they like: in turn only by chance.</summary>
    public static readonly string[] Native = ["answers: 50\nin turn: False\nfewer system threads than threads: False\n", GreenOnKernelThreads];

    /// <summary>They wait together on few threads, and take turns.</summary>
    public const string Green = "answers: 50\nin turn: True\nfewer system threads than threads: True\n";

    /// <summary>With FiberKind.Kernel they take turns too, each on its own thread.</summary>
    public const string GreenOnKernelThreads = "answers: 50\nin turn: True\nfewer system threads than threads: False\n";

    /// <summary>What the programs of the other languages print, which count only.</summary>
    public const string GreenCounted = "answers: 50\nfewer system threads than threads: True\n";
}
