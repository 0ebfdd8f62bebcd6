using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace Patchy.Tool.Doctor;

/// <summary>Patches a process of its own for each kind of fiber. Whatever happens there (a crash too), this process can tell.</summary>
internal static class SelfTestChecks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static IEnumerable<Check> All()
    {
        yield return Run("user");
        yield return Run("kernel");
    }

    private static Check Run(string kind)
    {
        string name = $"self-test, {kind} fibers";
        ProcessStartInfo start = Itself(SelfTestCommand.Name, kind);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("Process.Start gave no process.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            return Check.Failed(name, $"did not end within {s_patience.TotalSeconds:f0} s", "Please report this with the other lines.");
        }
        string said = output.GetAwaiter().GetResult().Trim(), complained = error.GetAwaiter().GetResult().Trim();
        return process.ExitCode switch
        {
            ExitCodes.Done => Check.Ok(name, said),
            SelfTestCommand.Unavailable => Check.Note(name, "not to be had here", said),
            _ => Check.Failed(name, $"exit code {process.ExitCode} {said}".TrimEnd(), complained.Length > 0 ? complained : "Please report this with the other lines."),
        };
    }

    private static ProcessStartInfo Itself(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool host = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, host ? [typeof(Program).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string ours in new[] { "PATCHY_FIBER", "PATCHY_OPTIONS", "DOTNET_STARTUP_HOOKS" }) start.Environment.Remove(ours);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }
}
