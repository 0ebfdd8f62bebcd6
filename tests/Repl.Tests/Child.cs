using System.Diagnostics;

namespace Patchy.Repl.Tests;

/// <summary>A process that gets all its input at once: what it said, on both streams, and how it ended.</summary>
internal sealed record Child(int ExitCode, string Output, string Error)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";

    /// <exception cref="TimeoutException">It did not end; the message has its greenlets, if it was patched.</exception>
    public static Child Run(string folder, string input, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string inherited in new[] { "PATCHY_FIBER", "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath" }) start.Environment.Remove(inherited);
        start.Environment["PATCHY_DUMP_ON_SIGQUIT"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            using (Process dump = Process.Start("kill", ["-QUIT", process.Id.ToString()])) dump.WaitForExit();
            Thread.Sleep(TimeSpan.FromSeconds(2));
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', start.ArgumentList)} did not end. It said:\n{output.Result}\n{error.Result}");
        }
        return new Child(process.ExitCode, output.Result, error.Result);
    }
}
