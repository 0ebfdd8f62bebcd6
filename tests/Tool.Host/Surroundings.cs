using System.Collections;

namespace Patchy.Tool.Host;

/// <summary>What a process is born with, one thing a line.</summary>
internal static class Surroundings
{
    private static readonly string[] s_status = ["PPid", "Umask", "SigBlk", "SigIgn", "NoNewPrivs", "Seccomp"];

    public static int Print()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (Array.Exists(s_status, name => line.StartsWith(name + ":", StringComparison.Ordinal))) Console.WriteLine(line);
        }
        foreach (string line in File.ReadLines("/proc/self/limits")) Console.WriteLine(line);

        Console.WriteLine($"folder {Environment.CurrentDirectory}");

        // The environment as the kernel was given it, and as the program sees it.
        foreach (string variable in File.ReadAllText("/proc/self/environ").Split('\0').Order(StringComparer.Ordinal)) Console.WriteLine($"born with {variable}");
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) Console.WriteLine($"sees {variable.Key}={variable.Value}");

        // Files that are not our own: inherited ones lie below the runtime's first.
        for (int file = 0; file < 9; file++)
        {
            if (File.Exists($"/proc/self/fd/{file}")) Console.WriteLine($"file {file} {Kind(new FileInfo($"/proc/self/fd/{file}").LinkTarget)}");
        }
        // With the time of its start: a process that was killed has left such files behind, and its number may be ours now.
        string id = $"-{Environment.ProcessId}-{StartTicks()}-";
        foreach (string path in Directory.GetFiles(Path.GetTempPath(), $"*{id}*")) Console.WriteLine($"diagnostics {Path.GetFileName(path).Replace(id, "-ID-")}");
        return 0;
    }

    /// <summary>Field 22 of /proc/self/stat, of which the runtime makes the names; the second is in parentheses and may hold anything.</summary>
    private static string StartTicks()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[22 - 3];
    }

    private static string? Kind(string? target) => target?.Split('[')[0];
}
