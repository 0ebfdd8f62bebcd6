using Patchy.Bench.Running;

namespace Patchy.Bench.Load;

/// <summary>The program that all contenders are asked by: the one in C where it could be built, or else the one of this program.</summary>
internal sealed class LoadGenerator(Peers peers)
{
    private const int StartAndEndSeconds = 120;

    public string Description => peers.Load is null ? "the load generator is the one in C#" : "the load generator is the one in C";

    public bool HasTls => peers.Load is not null && peers.HasTls;

    /// <summary>Loads the server that listens on the port, from a core of its own.</summary>
    public Figures Run(int port, Child server, double seconds, double warmUp, params string[] more)
    {
        string[] program = peers.Load is null ? [.. Contender.ThisProgram(), "load"] : [peers.Load];
        string[] options = [$"{port}", FormattableString.Invariant($"seconds={seconds}"), FormattableString.Invariant($"warm={warmUp}"), $"server={server.Id}", .. more];
        using var load = new Child(Processors.Tie([.. program, .. options], Processors.Load));
        try
        {
            return Figures.Parse(load.Output(TimeSpan.FromSeconds(seconds + warmUp + StartAndEndSeconds)));
        }
        catch (InvalidOperationException e)
        {
            throw server.HasExited ? server.Error($"ended while it was asked ({e.Message})") : e;
        }
    }

    /// <summary>The stand-in for a database.</summary>
    public Child StartDatabase(int port, int delayMs)
    {
        string[] program = peers.Delay is null ? [.. Contender.ThisProgram(), "delay"] : [peers.Delay];
        return new Child(Processors.Tie([.. program, $"{port}", $"{delayMs}"], Processors.Database));
    }
}
