using System.Diagnostics;
using System.Text;

namespace Patchy.Tool.Tests;

/// <summary>A process that has ended: what it said and how it ended.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public static string Dll { get; } = Path.Combine(AppContext.BaseDirectory, "Patchy.Tool.dll");

    /// <summary>The executable: what `patchy` is once it is installed.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "Patchy.Tool");

    public static string Host { get; } = Path.Combine(AppContext.BaseDirectory, "Patchy.Tool.Host.dll");

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";

    /// <summary>`patchy` with these words.</summary>
    public static ToolRun Patchy(params string[] words) => Of(Executable, words);

    /// <summary>`patchy run OPTIONS host WORDS`.</summary>
    public static ToolRun OfHost(string[] options, params string[] words) => Patchy(["run", .. options, Host, .. words]);

    /// <summary>A line of bash, with the tool as $patchy and the host as $host.</summary>
    public static ToolRun Shell(string line, IReadOnlyDictionary<string, string>? environment = null) => Of("bash", ["-c", line], environment);

    public static ToolRun Of(string program, string[] words, IReadOnlyDictionary<string, string>? environment = null, string input = "")
    {
        using Process process = Start(program, words, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (process.WaitForExit(s_patience)) return new ToolRun(process.ExitCode, output.Result, error.Result);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', words)} did not end.");
    }

    public static Process Start(string program, string[] words, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A shell that starts something in the background has it ignore these two, and whatever is below inherits that: the tests must not depend on how they were started.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", program, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (string inherited in new[] { "PATCHY_FIBER", "PATCHY_OPTIONS", "DOTNET_STARTUP_HOOKS" }) start.Environment.Remove(inherited);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["patchy"] = Executable;
        start.Environment["host"] = Host;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }
}
