using System.Diagnostics;

namespace Patchy.Bench.Running;

/// <summary>Somebody who can do the work: how to start it in a process of its own.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Command">Program and first arguments.</param>
internal sealed record Contender(string Name, string[] Command)
{
    public static readonly Contender Patched = OfThisProgram("patched");
    public static readonly Contender Threads = OfThisProgram("threads");
    public static readonly Contender Async = OfThisProgram("async");

    /// <summary>This program itself: <paramref name="name"/> is the word that its works and its echo server know it by.</summary>
    public static Contender OfThisProgram(string name) => new(name, [.. ThisProgram(), "measure", name]);

    /// <summary>This program's words, which are Patchy alone.</summary>
    public static readonly Contender Words = new("patched", [.. ThisProgram()]);

    /// <summary>Patchy, threads and async/await, and those of the other peers that are installed.</summary>
    public static Contender[] All() => [Patched, Threads, Async, .. Peers.Installed()];

    /// <summary>Runs the work once in a new process.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public Figures Measure(params object[] work)
    {
        using Process process = Start(Command, work);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || output.Length == 0)
            throw new InvalidOperationException($"{Name} {string.Join(' ', work)} ended with exit code {process.ExitCode}: {output}");
        return Figures.Parse(output);
    }

    public static Process Start(string[] command, params object[] arguments)
    {
        var info = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string word in command[1..]) info.ArgumentList.Add(word);
        foreach (object argument in arguments) info.ArgumentList.Add(FormattableString.Invariant($"{argument}"));
        return Process.Start(info) ?? throw new InvalidOperationException($"{command[0]} did not start.");
    }

    public static string[] ThisProgram()
    {
        string executable = Environment.ProcessPath!;
        return Path.GetFileName(executable).StartsWith("dotnet", StringComparison.Ordinal)
            ? [executable, Path.Combine(AppContext.BaseDirectory, "Patchy.Bench.dll")]
            : [executable];
    }
}
