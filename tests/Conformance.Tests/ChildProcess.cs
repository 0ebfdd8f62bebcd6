using System.Diagnostics;
using System.Text;

namespace Patchy.Conformance.Tests;

/// <summary>A program of this folder in a process of its own: what it said and how it ended.</summary>
internal sealed record ChildProcess(int ExitCode, bool TimedOut, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}{(TimedOut ? ", killed after its time was up" : "")}\n--- output\n{Output}\n--- error\n{Tail(Error)}";

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static ChildProcess Run(string program, IEnumerable<string> arguments, TimeSpan limit, IReadOnlyDictionary<string, string>? environment = null, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = AppContext.BaseDirectory };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program + ".dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (string inherited in new[] { "PATCHY_FIBER", "DOTNET_TieredCompilation", "DOTNET_ReadyToRun", "DOTNET_gcServer" }) start.Environment.Remove(inherited);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var output = new StringBuilder();
        var error = new StringBuilder();
        var reader = new Thread(() => Read(process.StandardOutput, output, onLine)) { IsBackground = true };
        var errorReader = new Thread(() => Read(process.StandardError, error, null)) { IsBackground = true };
        reader.Start();
        errorReader.Start();
        process.StandardInput.Close();
        bool exited = process.WaitForExit(limit);
        if (!exited)
        {
            lock (error) error.Append(NativeStacks(process.Id));
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        reader.Join(TimeSpan.FromSeconds(5));
        errorReader.Join(TimeSpan.FromSeconds(5));
        lock (output)
        lock (error)
            return new ChildProcess(process.ExitCode, !exited, output.ToString(), error.ToString());
    }

    private static void Read(StreamReader from, StringBuilder to, Action<string>? onLine)
    {
        while (from.ReadLine() is { } line)
        {
            lock (to) to.Append(line).Append('\n');
            onLine?.Invoke(line);
        }
    }

    /// <summary>What the kernel threads of a process that hangs are doing, when gdb is there to say it.</summary>
    private static string NativeStacks(int pid)
    {
        try
        {
            var start = new ProcessStartInfo("gdb", ["-p", pid.ToString(), "-batch", "-nx", "-ex", "thread apply all bt 12"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process gdb = Process.Start(start)!;
            gdb.ErrorDataReceived += (_, _) => { };
            gdb.BeginErrorReadLine();
            string text = gdb.StandardOutput.ReadToEnd();
            gdb.WaitForExit(20_000);
            return "--- native stacks\n" + text;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "--- no gdb here: no native stacks\n";
        }
    }

    private static string Tail(string text) => text.Length < 6000 ? text : "..." + text[^6000..];
}
