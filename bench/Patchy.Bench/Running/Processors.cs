namespace Patchy.Bench.Running;

/// <summary>Who runs on which core: the server on one, whatever loads it on another, so that both cannot disturb each other.</summary>
internal static class Processors
{
    public const int Server = 0;
    public const int Load = 1;
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>A third one for the database where there is one.</summary>
    public static int Database => Environment.ProcessorCount > 2 ? 2 : Load;

    public static bool CanTie { get; } = Environment.ProcessorCount > 1 && File.Exists(Taskset);

    public static string[] Tie(string[] command, int processor) => CanTie ? [Taskset, "-c", processor.ToString(), .. command] : command;
}
