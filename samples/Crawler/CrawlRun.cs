using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crawler;

/// <summary>Runs one mode: a fresh server, a fresh crawling process, and a probe on the latter.</summary>
internal static class CrawlRun
{
    public const string Role = "crawl-pages";
    private const int StallMs = 60_000;
    private const int DumpMs = 5_000;

    /// <param name="mode">Which mode.</param>
    /// <param name="options">How many pages, how slow.</param>
    /// <param name="progress">Is told the number of pages served, from time to time.</param>
    /// <exception cref="CrawlFailedException">The crawl stood still, crashed or did not bring what it should.</exception>
    public static RunReport Run(CrawlMode mode, CrawlOptions options, Action<int> progress)
    {
        string name = NameOf(mode);
        using ServerProcess server = ServerProcess.Start(options.DelayMs);
        using Process crawler = Self.Start(Role, name, options.Pages, server.Port);
        using var probe = new ProcessProbe(crawler);
        Task<string> output = crawler.StandardOutput.ReadToEndAsync();
        WaitWhileItMoves(crawler, server, name, options.DelayMs + StallMs, progress);
        string[] lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (crawler.ExitCode != 0 || lines.Length == 0)
            throw new CrawlFailedException($"The {name} crawl ended with exit code {crawler.ExitCode}. It printed:\n{string.Join('\n', lines)}");

        ChildReport child = ChildReport.FromLine(lines[^1]);
        ulong expected = Page.ExpectedChecksum(options.Pages);
        if (child.Pages != options.Pages || child.Checksum != expected)
        {
            throw new CrawlFailedException(
                $"The {name} crawl brought {child.Pages} of {options.Pages} pages, checksum {child.Checksum:x16} and not {expected:x16}.\n"
                + string.Join('\n', child.Failures.Take(10)));
        }
        progress(options.Pages);
        return new RunReport(name, child.Pages, child.WallMs, child.CpuMs, probe.OsThreadsPeak, probe.RssPeakKb, child.Checksum.ToString("x16"));
    }

    public static string NameOf(CrawlMode mode) => mode == CrawlMode.Plain ? "plain" : "patched";

    private static void WaitWhileItMoves(Process crawler, ServerProcess server, string name, int stallMs, Action<int> progress)
    {
        int served = 0;
        var sinceLastPage = Stopwatch.StartNew();
        while (!crawler.WaitForExit(20))
        {
            if (server.Served is var now && now != served)
            {
                progress(served = now);
                sinceLastPage.Restart();
            }
            else if (sinceLastPage.ElapsedMilliseconds > stallMs)
            {
                // SIGQUIT first: it asks for a dump of who waits for what.
                if (!OperatingSystem.IsWindows()) _ = kill(crawler.Id, SIGQUIT);
                if (!crawler.WaitForExit(DumpMs)) crawler.Kill();
                throw new CrawlFailedException($"The {name} crawl stood still for {stallMs / 1000} s after {served} pages and was ended.");
            }
        }
    }

    private const int SIGQUIT = 3;

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
