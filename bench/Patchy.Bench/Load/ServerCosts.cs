using System.Diagnostics;
using System.Globalization;
using Patchy.Bench.Running;

namespace Patchy.Bench.Load;

/// <summary>What the kernel says of the server, and of this process, between two moments.</summary>
internal readonly struct ServerCosts
{
    private const double TicksPerSecond = 100; // of /proc: the same on every Linux
    private readonly int _server;
    private readonly long _at;
    private readonly double _serverSeconds;
    private readonly double _ownSeconds;

    private ServerCosts(int server)
    {
        _server = server;
        _at = Stopwatch.GetTimestamp();
        _serverSeconds = server == 0 ? 0 : CpuSeconds(server);
        _ownSeconds = Environment.CpuUsage.TotalTime.TotalSeconds;
    }

    public static ServerCosts Now(int server) => new(server);

    public double SecondsSince(in ServerCosts before) => Stopwatch.GetElapsedTime(before._at, _at).TotalSeconds;

    /// <summary>Adds what all works show.</summary>
    public Figures AddTo(Figures figures, in ServerCosts before, string perUnit, double done)
    {
        double seconds = SecondsSince(before);
        if (_server != 0)
        {
            double used = _serverSeconds - before._serverSeconds;
            figures.Add(perUnit, used * 1e6 / done).Add("server_busy", used * 100 / seconds)
                .Add("rss_mb", ProcStatus.PeakKbOf(_server) / 1024).Add("os_threads", ProcStatus.ThreadsOf(_server));
        }
        return figures.Add("load_busy", (_ownSeconds - before._ownSeconds) * 100 / seconds);
    }

    private static double CpuSeconds(int process)
    {
        string line = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
