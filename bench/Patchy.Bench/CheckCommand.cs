using System.Text.Json;
using Patchy.Bench.Running;
using Patchy.Bench.Words;

namespace Patchy.Bench;

/// <summary>Runs every word once, quickly, and checks the line that it prints. Says nothing about speed.</summary>
internal sealed class CheckCommand : IBenchCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

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
        int port = word.EndsByItself ? 0 : Ports.Free();
        object last = port == 0 ? "--quick" : port;
        using var process = new Child([.. Contender.ThisProgram(), word.Name, $"{last}"]);
        line = "";
        try
        {
            if (port != 0) AskAndEnd(process, port);
            line = process.Output(s_limit).TrimEnd();
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
        return ProblemOfLine(word.Name, line);
    }

    private static void AskAndEnd(Child server, int port)
    {
        Ports.WaitUntilListened(server, port);
        using (var load = new Child([.. Contender.ThisProgram(), "load", $"{port}", "connections=10", "seconds=1", "warm=0.5"])) load.Output(s_limit);
        using var kill = new Child(["kill", "-TERM", $"{server.Id}"]);
        kill.Output(s_limit);
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
