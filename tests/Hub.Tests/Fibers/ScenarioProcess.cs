using System.Diagnostics;

namespace Patchy.Tests.Fibers;

/// <summary>Runs a scenario of tests/Scenarios in a process of its own and keeps what it said.</summary>
internal sealed class ScenarioProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(180);

    private ScenarioProcess(int exitCode, string output)
    {
        ExitCode = exitCode;
        Output = output;
    }

    /// <summary>128 + the signal's number when a signal ended the process.</summary>
    public int ExitCode { get; }

    /// <summary>Standard output and error.</summary>
    public string Output { get; }

    public static ScenarioProcess Run(string arguments, string settings = "") => Start(Dotnet(), $"{Dll()} {arguments}", settings);

    /// <summary>In a pid namespace of its own, as the entry point of a container is; null when this user may not make one.</summary>
    public static ScenarioProcess? TryRunAsProcessOne(string arguments)
    {
        const string Unshare = "/usr/bin/unshare", Options = "--pid --fork --mount-proc";
        if (!File.Exists(Unshare) || Start(Unshare, $"{Options} /bin/true", "").ExitCode != 0) return null;
        return Start(Unshare, $"{Options} {Dotnet()} {Dll()} {arguments}", "");
    }

    private static string Dotnet() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private static ScenarioProcess Start(string program, string arguments, string settings)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (string setting in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)) start.Environment[setting.Split('=')[0]] = setting.Split('=')[1];
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true); // a child of it may keep the pipes
            throw new TimeoutException($"{arguments} hangs. It said: {(output.Wait(TimeSpan.FromSeconds(10)) ? output.Result : "(its output is still open)")}");
        }

        return new ScenarioProcess(process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }

    // .../tests/Hub.Tests/bin/Release/net10.0/ -> .../tests/Scenarios/bin/Release/net10.0/Patchy.Scenarios.dll
    private static string Dll()
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd('/'));
        string tests = framework.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(tests, "Scenarios", "bin", framework.Parent.Name, framework.Name, "Patchy.Scenarios.dll");
    }
}
