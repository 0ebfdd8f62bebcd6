using System.Diagnostics;

namespace Crawler;

/// <summary>Starts this same program in another role. Patching is process-wide, so each mode gets a process of its own, and so does the server.</summary>
internal static class Self
{
    public static Process Start(string role, params object[] arguments)
    {
        string executable = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var info = new ProcessStartInfo(executable) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        bool runByDotnet = Path.GetFileNameWithoutExtension(executable).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        if (runByDotnet) info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Crawler.dll"));
        info.ArgumentList.Add(role);
        foreach (object argument in arguments) info.ArgumentList.Add(FormattableString.Invariant($"{argument}"));
        return Process.Start(info) ?? throw new InvalidOperationException($"The process for '{role}' did not start.");
    }
}
