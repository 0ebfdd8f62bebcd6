using System.Diagnostics;
using System.Globalization;
using Patchy;

namespace Crawler;

internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case [ServerProcess.Role, var delayMs]:
                return ServerProcess.RunAsync(Number(delayMs)).GetAwaiter().GetResult();
            case [CrawlRun.Role, var mode, var pages, var port]:
                return Crawl(mode == CrawlRun.NameOf(CrawlMode.Patched), Number(pages), Number(port));
        }
        if (CrawlOptions.Parse(args, out int exitCode) is not { } options) return exitCode;
        try
        {
            Compare(options);
            return 0;
        }
        catch (CrawlFailedException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>The legacy program. Its wall and CPU time include the patching.</summary>
    private static int Crawl(bool patched, int pages, int port)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        if (patched) Patch.All();
        CrawlResult result = new LegacyCrawler("localhost", port).Crawl(pages);
        double wallMs = Math.Round(clock.Elapsed.TotalMilliseconds, 1);
        double cpuMs = Math.Round((Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds, 1);
        Console.WriteLine(new ChildReport(result.Pages, result.Checksum, wallMs, cpuMs, result.Failures).ToLine());
        return 0;
    }

    private static void Compare(CrawlOptions options)
    {
        if (options.Json)
        {
            foreach (CrawlMode mode in options.Modes) Console.WriteLine(CrawlRun.Run(mode, options, _ => { }).ToJson());
            return;
        }
        CrawlScreen.ShowTable(CrawlScreen.RunAll(options));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
