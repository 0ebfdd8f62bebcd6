namespace Patchy.Bench.Running;

/// <summary>Somebody who can do the works: how to start him, in a process of his own.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Measure">Program and first arguments of a work that measures itself; null when he has none.</param>
/// <param name="Server">Program and first arguments of a server.</param>
internal sealed record Contender(string Name, string[]? Measure, string[] Server)
{
    private const int KernelDivisor = 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(180);

    public static readonly Contender Patchy = OfThisProgram("Patchy", "patched", "user");

    /// <summary>A switch of kernel fibers costs some microseconds: less work, so that all take about as long.</summary>
    public static readonly Contender PatchyKernel = OfThisProgram("Patchy, kernel fibers", "patched", "kernel") with { Divisor = KernelDivisor };

    public static readonly Contender Async = OfThisProgram("async/await", "async");
    public static readonly Contender Threads = OfThisProgram("OS threads", "threads");

    /// <summary>PATCHY_FIBER; null where there is no Patchy.</summary>
    public string? FiberKind { get; init; }

    /// <summary>Of how many operations he does only one, where works go by operations.</summary>
    public int Divisor { get; init; } = 1;

    /// <param name="name">As shown.</param>
    /// <param name="who">The word that this program's works and servers know him by.</param>
    /// <param name="fiberKind">PATCHY_FIBER.</param>
    public static Contender OfThisProgram(string name, string who, string? fiberKind = null) =>
        new(name, [.. ThisProgram(), "measure", who], [.. ThisProgram(), "serve", who]) { FiberKind = fiberKind };

    /// <summary>The same, measured by this program's words and not by its works.</summary>
    public Contender ByWords() => this with { Measure = ThisProgram() };

    /// <summary>Does the work once.</summary>
    /// <param name="work">The work and its sizes.</param>
    /// <param name="divisor">Of how many operations only one is to be done.</param>
    /// <param name="oneCore">Whether he has to do with one core.</param>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public Figures Run(object[] work, int divisor, bool oneCore)
    {
        string[] command = [.. Measure!, .. work.Select(w => FormattableString.Invariant($"{w}"))];
        using var child = new Child(oneCore ? Processors.Tie(command, Processors.Server) : command, Environment(divisor));
        return Figures.Parse(child.Output(s_limit));
    }

    public Child StartServer(params object[] arguments) =>
        new(Processors.Tie([.. Server, .. arguments.Select(a => FormattableString.Invariant($"{a}"))], Processors.Server), Environment(1));

    public static string[] ThisProgram()
    {
        string executable = System.Environment.ProcessPath!;
        return Path.GetFileName(executable).StartsWith("dotnet", StringComparison.Ordinal)
            ? [executable, Path.Combine(AppContext.BaseDirectory, "Patchy.Bench.dll")]
            : [executable];
    }

    private Dictionary<string, string?> Environment(int divisor) => new()
    {
        ["PATCHY_FIBER"] = FiberKind,
        [Works.Timed.DivisorName] = (Divisor * divisor).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
