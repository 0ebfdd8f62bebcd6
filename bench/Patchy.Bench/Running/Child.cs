using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Patchy.Bench.Running;

/// <summary>A child process that is ended with whoever started it: at Dispose, and when this process is interrupted.</summary>
internal sealed class Child : IDisposable
{
    private const int MostErrorChars = 2000;
    private static readonly HashSet<Child> s_alive = [];
    private static PosixSignalRegistration[]? s_signals;

    private readonly Process _process;
    private readonly string _what;
    private readonly StringBuilder _errors = new();
    private readonly Task<string> _output;

    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables that it gets besides those of this process; null removes one.</param>
    public Child(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string?>>? environment = null)
    {
        s_signals ??= [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, EndAll))];
        _what = string.Join(' ', command);
        var info = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach ((string name, string? value) in environment ?? []) info.Environment[name] = value;
        lock (s_alive)
        {
            _process = Process.Start(info) ?? throw new InvalidOperationException($"{command[0]} did not start.");
            s_alive.Add(this);
        }
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it printed until it ended.</summary>
    /// <exception cref="InvalidOperationException">It failed, or did not end in time; the message says what it printed about that.</exception>
    public string Output(TimeSpan limit)
    {
        bool ended = _process.WaitForExit(limit);
        if (!ended) _process.Kill();
        _process.WaitForExit();
        string output = _output.GetAwaiter().GetResult();
        if (!ended) throw Error($"has not ended after {limit.TotalSeconds:0} s");
        if (_process.ExitCode != 0) throw Error($"ended with exit code {_process.ExitCode}");
        return output;
    }

    public InvalidOperationException Error(string what)
    {
        lock (_errors) return new InvalidOperationException($"`{_what}` {what}. {_errors.ToString().Trim()}".Trim());
    }

    public void Dispose()
    {
        lock (s_alive) s_alive.Remove(this);
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Remember(string? line)
    {
        lock (_errors)
            if (line is not null && _errors.Length < MostErrorChars) _errors.AppendLine(line);
    }

    private static void EndAll(PosixSignalContext signal)
    {
        lock (s_alive)
            foreach (Child child in s_alive) child._process.Kill();
        Console.Error.WriteLine("\nInterrupted: nothing was written.");
        Environment.Exit(130);
    }
}
