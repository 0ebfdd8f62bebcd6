using System.Collections.Concurrent;

namespace Patchy.Conformance.Tests;

/// <summary>The outcomes of one group in one mode. A body that hangs or kills the host ends that process; the rest runs in a new one.</summary>
internal sealed class HostRun
{
    private const string Program = "Patchy.Conformance.Host";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private static readonly ConcurrentDictionary<(HostMode, string), Lazy<HostRun>> s_runs = new();

    private readonly Dictionary<string, BodyReport> _reports = [];
    private readonly Dictionary<string, string> _casualties = [];

    private HostRun(HostMode mode, string group)
    {
        string? after = null;
        while (true)
        {
            string[] arguments = after is null ? ["run", mode.ToString(), group] : ["run", mode.ToString(), group, "after", after];
            ChildProcess child = ChildProcess.Run(Program, arguments, s_limit);
            string? running = Take(child);
            if (running is null)
            {
                if (child.ExitCode != 0) Failure = $"The host failed outside of any body: {child}";
                return;
            }

            _casualties.TryAdd(running, $"The host ended in this body: {child}");
            after = running;
        }
    }

    /// <summary>Why the host as a whole failed.</summary>
    public string? Failure { get; }

    /// <summary>Runs the group once in this process's life; every body asks for it.</summary>
    public static HostRun Of(HostMode mode, string group) => s_runs.GetOrAdd((mode, group), key => new(() => new HostRun(key.Item1, key.Item2))).Value;

    public BodyReport this[string body]
    {
        get
        {
            if (_reports.TryGetValue(body, out BodyReport? report)) return report;
            throw new InvalidOperationException(_casualties.GetValueOrDefault(body) ?? Failure ?? $"The host did not run {body}.");
        }
    }

    /// <summary>Runs one body alone in a new process.</summary>
    public static BodyReport Alone(HostMode mode, string group, string body)
    {
        ChildProcess child = ChildProcess.Run(Program, ["run", mode.ToString(), group, "only", body], s_limit);
        return child.Lines.Select(BodyReport.TryParse).LastOrDefault(r => r?.Outcome is not null) ?? throw new InvalidOperationException($"{body} did not end: {child}");
    }

    /// <summary>The body that was running when the process ended, or null.</summary>
    private string? Take(ChildProcess child)
    {
        string? running = null;
        foreach (string line in child.Lines)
        {
            if (BodyReport.TryParse(line) is not { } report) continue;
            if (report.Hang is not null)
            {
                _casualties[report.Body] = $"{report.Body} hangs. Who waits:\n{report.Hang}\n{child.Error}";
            }
            else if (report.Outcome is not null)
            {
                _reports[report.Body] = report;
                running = null;
                continue;
            }

            running = report.Body;
        }

        return running;
    }
}
