using System.ComponentModel;

namespace Patchy.Bench.Running;

/// <summary>The peers that are not .NET. Each takes part when the machine can build and run it; who is missing is remembered with the reason.</summary>
internal sealed class Peers
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private readonly List<string> _missing = [];
    private readonly List<string> _versions = [];

    public Peers()
    {
        Directory.CreateDirectory(Repository.Artifacts);
        Go = BuildGo();
        Gevent = FindGevent();
        Limit = CProgram("limit") is { } limit ? new Contender("C limit", null, [limit]) : null;
        Load = CProgram("load");
        Delay = CProgram("delay");
        if (Limit is null) _missing.Add("the C limit, and the load generator written in C (gcc: not installed, or it failed)");
        else _versions.Add(FirstLine("gcc", "--version") ?? "gcc");
    }

    public Contender? Go { get; }

    public Contender? Gevent { get; }

    public Contender? Limit { get; }

    /// <summary>The load generator and the database stand-in in C.</summary>
    public string? Load { get; }

    public string? Delay { get; }

    /// <summary>Whether the C programs know TLS.</summary>
    public bool HasTls { get; private set; }

    public IReadOnlyList<string> Missing => _missing;

    public IReadOnlyList<string> Versions => _versions;

    private Contender? BuildGo()
    {
        string program = Path.Combine(Repository.Artifacts, "go-peer");
        string[] sources = Directory.GetFiles(Path.Combine(Repository.Peers, "go"), "*.go");
        if (!Build(program, sources, target => ["go", "build", "-o", target, .. sources]))
        {
            _missing.Add("Go (`go`: not installed, or it failed)");
            return null;
        }
        _versions.Add((FirstLine("go", "version") ?? "Go").Replace("go version go", "Go ", StringComparison.Ordinal).Replace(" linux/amd64", "", StringComparison.Ordinal));
        return new Contender("Go", [program], [program, "serve"]);
    }

    private Contender? FindGevent()
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            if (FirstLine(python, "-c", "import gevent, platform; print('gevent', gevent.__version__, 'on Python', platform.python_version())") is not { } version) continue;
            _versions.Add(version);
            string[] program = [python, "-B", Path.Combine(Repository.Peers, "gevent_peer.py")];
            return new Contender("gevent", program, [.. program, "serve"]);
        }
        _missing.Add("gevent (`import gevent` fails in python3 and /usr/bin/python3)");
        return null;
    }

    // With TLS when OpenSSL's headers are there, or else without.
    private string? CProgram(string name)
    {
        string program = Path.Combine(Repository.Artifacts, name);
        string source = Path.Combine(Repository.Peers, "c", name + ".c");
        string[] sources = Directory.GetFiles(Path.Combine(Repository.Peers, "c"));
        if (Build(program + "-tls", sources, target => ["gcc", "-O2", "-DWITH_TLS", "-o", target, source, "-lssl", "-lcrypto"]))
        {
            HasTls = true;
            return program + "-tls";
        }
        return Build(program, sources, target => ["gcc", "-O2", "-o", target, source]) ? program : null;
    }

    // Built aside and renamed: another comparison may be using the old one.
    private static bool Build(string program, string[] sources, Func<string, string[]> command)
    {
        if (File.Exists(program) && sources.All(s => File.GetLastWriteTimeUtc(s) < File.GetLastWriteTimeUtc(program))) return true;
        string aside = $"{program}.{Environment.ProcessId}";
        if (FirstLine(command(aside)) is null || !File.Exists(aside)) return false;
        File.SetLastWriteTimeUtc(aside, DateTime.UtcNow);
        File.Move(aside, program, overwrite: true);
        return true;
    }

    // Of what it prints; null when it is not there or fails.
    private static string? FirstLine(params string[] command)
    {
        try
        {
            using var child = new Child(command);
            return child.Output(s_limit).Split('\n')[0].Trim();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }
}
