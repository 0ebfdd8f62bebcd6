using Patchy.Bench.Load;
using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <summary>What the sections are made of: who is there, and how long and how much.</summary>
internal sealed class Setup(CompareOptions options, Peers peers)
{
    private const double UsualSeconds = 2, QuickSeconds = 0.2;
    private const double UsualWarmUp = 3, QuickWarmUp = 0.05;
    private const int QuickDivisor = 100;

    public Peers Peers => peers;

    public LoadGenerator Load { get; } = new(peers);

    public bool Quick => options.Quick;

    public double Seconds => options.Seconds ?? (Quick ? QuickSeconds : UsualSeconds);

    /// <summary>Until the runtime has compiled what is called often once more, in the background, on the server's own core.</summary>
    public double WarmUp => Quick ? QuickWarmUp : UsualWarmUp;

    public Contender[] OfDotnet { get; } = [Contender.Patchy, Contender.PatchyKernel, Contender.Async, Contender.Threads];

    public Contender[] Others { get; } = [.. new[] { peers.Go, peers.Gevent }.OfType<Contender>()];

    public Contender[] Limit { get; } = [.. new[] { peers.Limit }.OfType<Contender>()];

    public Contender[] Servers => [.. OfDotnet, .. Others, .. Limit];

    /// <summary>As many as that, or a few in a quick run.</summary>
    public int Size(int usual, int quick) => Quick ? quick : usual;

    /// <summary>A server of each contender, asked by the load generator.</summary>
    /// <param name="contenders">Whose.</param>
    /// <param name="work">The words that the server is started with: its work, and what comes after the port.</param>
    /// <param name="load">What the load generator is told.</param>
    public IReadOnlyList<Entry> Served(IEnumerable<Contender> contenders, object[] work, params string[] load) =>
        [.. contenders.Select(c => new Entry(c.Name, () => RunServer(c, work, load)))];

    /// <summary>A work that measures itself.</summary>
    public IReadOnlyList<Entry> Measured(IEnumerable<Contender> contenders, object[] work, bool oneCore = false) =>
        [.. contenders.Select(c => new Entry(c.Name, () => c.Run(work, Quick ? QuickDivisor : 1, oneCore)))];

    public Figures RunServer(Contender contender, object[] work, params string[] load)
    {
        int port = Ports.Free();
        using Child server = contender.StartServer([work[0], port, .. work[1..]]);
        Ports.WaitUntilListened(server, port);
        return Load.Run(port, server, Seconds, WarmUp, load);
    }
}
