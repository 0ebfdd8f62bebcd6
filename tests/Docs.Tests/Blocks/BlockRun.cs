using System.Diagnostics;

namespace Patchy.Docs.Tests.Blocks;

/// <summary>Runs a compiled block in a process of its own: what Patchy does is for a whole process.</summary>
internal sealed record BlockRun(int ExitCode, bool TimedOut, string Output, string Error)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private const string Configuration = """
        {
          "runtimeOptions": {
            "tfm": "net10.0",
            "frameworks": [ { "name": "Microsoft.NETCore.App", "version": "10.0.0" }, { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" } ],
            "configProperties": { "System.Globalization.Invariant": true }
          }
        }
        """;

    /// <summary>What a reader's project has beside its own assembly.</summary>
    public static IReadOnlyList<string> Library { get; } =
    [
        "Patchy.dll", "Patchy.Hub.dll", "Patchy.Sockets.dll", "Patchy.AspNetCore.dll", "Iced.dll",
        "Patchy.Backdoor.dll", "Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll", "Microsoft.CodeAnalysis.Scripting.dll", "Microsoft.CodeAnalysis.CSharp.Scripting.dll",
    ];

    /// <summary>Where the blocks are compiled to: beside the library, so that no file of dependencies is needed.</summary>
    public static string Folder { get; } = MakeFolder();

    public static BlockRun Of(string assembly, FiberKind kind)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = Folder };
        foreach (string argument in new[] { "exec", "--runtimeconfig", Path.Combine(Folder, "block.json"), assembly }) start.ArgumentList.Add(argument);
        foreach (string inherited in start.Environment.Keys.Where(static key => key.StartsWith("PATCHY_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(inherited);
        start.Environment["PATCHY_FIBER"] = kind == FiberKind.User ? "user" : "kernel";
        start.Environment["PATCHY_DUMP_ON_SIGQUIT"] = "1";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_STARTUP_HOOKS"] = StartupHook.Path;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(s_limit);
        if (!ended) End(process);
        return new BlockRun(process.ExitCode, !ended, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public override string ToString() =>
        $"exit code {ExitCode}{(TimedOut ? $", ended by force after {s_limit.TotalSeconds} s" : "")}\n--- output\n{Output}\n--- error\n{Error}";

    /// <summary>Who waits for what is asked for first, so that a hang ends in something to read.</summary>
    private static void End(Process process)
    {
        using (Process quit = Process.Start("kill", ["-QUIT", process.Id.ToString()])) quit.WaitForExit();
        if (!process.WaitForExit(TimeSpan.FromSeconds(1))) process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private static string MakeFolder()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "blocks");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (string name in Library) File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, "block.json"), Configuration);
        return folder;
    }
}
