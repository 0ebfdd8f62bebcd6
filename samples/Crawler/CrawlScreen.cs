using System.Globalization;
using Spectre.Console;

namespace Crawler;

/// <summary>What a person sees: a live bar for each mode, then both side by side.</summary>
internal static class CrawlScreen
{
    public static List<RunReport> RunAll(CrawlOptions options)
    {
        var reports = new List<RunReport>();
        AnsiConsole.MarkupLineInterpolated($"{options.Pages} pages of {options.DelayMs} ms each, a thread a page, all at once");
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                foreach (CrawlMode mode in options.Modes)
                {
                    ProgressTask bar = context.AddTask(Describe(mode), maxValue: options.Pages);
                    reports.Add(CrawlRun.Run(mode, options, served => bar.Value = served));
                    bar.StopTask();
                }
            });
        return reports;
    }

    public static void ShowTable(List<RunReport> reports)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("");
        foreach (RunReport report in reports) table.AddColumn(new TableColumn(report.Mode).RightAligned());
        Row("wall", r => Number(r.WallMs) + " ms");
        Row("CPU", r => Number(r.CpuMs) + " ms");
        Row("peak OS threads", r => Number(r.OsThreadsPeak));
        Row("peak RSS", r => Number(r.RssPeakKb / 1024.0) + " MB");
        Row("pages", r => Number(r.Pages));
        Row("checksum", r => r.Checksum);
        AnsiConsole.Write(table);

        void Row(string name, Func<RunReport, string> cell) => table.AddRow([name, .. reports.Select(cell)]);
    }

    private static string Describe(CrawlMode mode) => mode == CrawlMode.Plain ? "plain (OS threads)" : "patched (green threads)";

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
