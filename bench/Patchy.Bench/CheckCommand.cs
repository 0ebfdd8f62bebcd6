using System.Diagnostics;
using System.Text.Json;
using Patchy.Bench.Running;
using Patchy.Bench.Words;

namespace Patchy.Bench;

/// <summary>Runs every word once, quickly, and checks the line that it prints. Says nothing about speed.</summary>
internal sealed class CheckCommand : IBenchCommand
{
    private const int LimitMs = 60_000;

    public string Name => "check";

    public string Usage => ": every word once, quickly; 1 when one of them does not print its line of JSON";

    public int Run(string[] args)
    {
        int wrong = 0;
        foreach (Word word in Found.All<Word>().OrderBy(w => w.Name, StringComparer.Ordinal))
        {
            string? problem = Problem(word, out string line);
            Console.WriteLine(problem is null ? line : $"WRONG: {word.Name}: {problem}");
            if (problem is not null) wrong++;
        }
        return wrong == 0 ? 0 : 1;
    }

    private static string? Problem(Word word, out string line)
    {
        int port = 0;
        if (!word.EndsByItself) port = Ports.Free();
        object[] arguments = port == 0 ? [word.Name, "--quick"] : [word.Name, port];
        using Process process = Contender.Start(Contender.ThisProgram(), arguments);
        if (port != 0) AskAndEnd(process, port);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        bool ended = process.WaitForExit(LimitMs);
        if (!ended) process.Kill();
        line = output.GetAwaiter().GetResult().TrimEnd();
        if (!ended) return $"it has not ended after {LimitMs / 1000} s.";
        return process.ExitCode != 0 ? $"it ended with exit code {process.ExitCode}." : ProblemOfLine(word.Name, line);
    }

    private static void AskAndEnd(Process server, int port)
    {
        Ports.WaitUntilListened(server, port);
        using (Process load = Contender.Start(Contender.ThisProgram(), "echo-load", port, 10, 1))
        {
            load.StandardOutput.ReadToEnd();
            load.WaitForExit();
        }
        using Process kill = Contender.Start(["kill", "-TERM"], server.Id);
        kill.WaitForExit();
    }

    private static string? ProblemOfLine(string word, string line)
    {
        if (line.Contains('\n', StringComparison.Ordinal)) return $"more than one line: {line}";
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement fields = json.RootElement;
            if (fields.GetProperty(BenchLine.Peer).GetString() != BenchLine.PeerName) return $"another peer: {line}";
            if (!fields.GetProperty(BenchLine.Bench).GetString()!.StartsWith(word, StringComparison.Ordinal)) return $"another bench: {line}";
            IEnumerable<string> needed = [BenchLine.Operations, BenchLine.Nanoseconds, BenchLine.OsThreadsPeak, .. Extra(word)];
            foreach (string name in needed)
                if (!(fields.GetProperty(name).GetDouble() >= 0)) return $"{name} is below 0: {line}";
            return fields.GetProperty(BenchLine.OsThreadsPeak).GetInt32() > 0 && fields.GetProperty(BenchLine.Operations).GetInt64() > 0 ? null : $"nothing was done: {line}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{e.Message} In: {line}";
        }
    }

    private static string[] Extra(string word) => word switch
    {
        "lock" or "passthrough" or "gc" => [BenchLine.NanosecondsBefore],
        "sleepers" => [BenchLine.CpuMs, BenchLine.RssKbEach],
        _ => [],
    };
}
