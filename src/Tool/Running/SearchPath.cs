using System;
using System.IO;

namespace Patchy.Tool.Running;

/// <summary>Where a shell would find a program.</summary>
internal static class SearchPath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The file that a name without a slash stands for in PATH, or null.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal)) return null;
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            string path = Path.Combine(folder.Length == 0 ? "." : folder, name);
            if (File.Exists(path) && IsExecutable(path)) return path;
        }
        return null;
    }

    /// <summary>The dotnet that the user would get by typing its name; else the one of DOTNET_ROOT; else the one that runs this tool.</summary>
    public static string? Dotnet()
    {
        if (Find("dotnet") is { } found) return found;
        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string[] others = [Path.Combine(root ?? "", "dotnet"), Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"))];
        return Array.Find(others, static path => Path.IsPathRooted(path) && File.Exists(path));
    }

    public static bool IsExecutable(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0;
}
