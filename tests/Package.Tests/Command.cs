using System.Diagnostics;

namespace Patchy.Package.Tests;

/// <summary>A command that has ended: what it said and how it ended.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";

    public static Command Run(string folder, string program, IEnumerable<string> words, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };

        // What the tests themselves were started with is not what a user has.
        foreach (string inherited in new[] { "PATCHY_FIBER", "PATCHY_OPTIONS", "DOTNET_STARTUP_HOOKS", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH", "DOTNET_HOST_PATH" }) start.Environment.Remove(inherited);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(s_patience)) return new Command(process.ExitCode, output.Result, error.Result);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', words)} did not end.\n{output.Result}\n{error.Result}");
    }

    /// <summary>The same, and it must have succeeded.</summary>
    public static Command Must(string folder, string program, IEnumerable<string> words)
    {
        Command command = Run(folder, program, words);
        return command.ExitCode == 0 ? command : throw new InvalidOperationException($"{program} {string.Join(' ', words)} in {folder}: {command}");
    }
}
