using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Patchy.Bench.Running;

/// <summary>The peers that are not .NET. Each takes part when it is installed: Go when `go` builds, gevent when the system's Python has it.</summary>
internal static class Peers
{
    private static Contender[]? s_installed;

    public static Contender[] Installed() => s_installed ??= [.. new[] { Go(), Gevent() }.OfType<Contender>()];

    private static Contender? Go()
    {
        string source = Path.Combine(Folder(), "go", "main.go");
        string program = Path.Combine(Path.GetTempPath(), $"patchy-bench-go-{File.GetLastWriteTimeUtc(source).Ticks}");
        if (!File.Exists(program) && !Succeeds("go", "build", "-o", program, source)) return null;
        return new Contender("go", [program]);
    }

    private static Contender? Gevent()
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
            if (Succeeds(python, "-c", "import gevent")) return new Contender("gevent", [python, Path.Combine(Folder(), "gevent_peer.py")]);
        return null;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // not installed
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "peers"));
}
