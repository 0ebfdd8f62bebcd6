using System.CommandLine;
using System.CommandLine.Parsing;

namespace Crawler;

/// <summary>The command line.</summary>
internal sealed record CrawlOptions(int Pages, int DelayMs, IReadOnlyList<CrawlMode> Modes, bool Json)
{
    public const int MaxPages = 100_000;
    public const int MaxDelayMs = 60_000;

    private static readonly Option<int> s_pages = InRange("--pages", "How many pages to crawl, all at once.", 1_000, 1, MaxPages);
    private static readonly Option<int> s_delay = InRange("--delay-ms", "How long the server takes for each page, in milliseconds.", 100, 0, MaxDelayMs);
    private static readonly Option<CrawlMode?> s_only = new("--only")
    {
        Description = "Run one mode and not both.",
        HelpName = "plain|patched",
        CustomParser = ParseMode,
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print one line of JSON for each mode, and nothing else." };

    /// <summary>The options, or null and the code to exit with: 0 after help, 2 after a mistake (what was wrong and the usage are on stderr).</summary>
    public static CrawlOptions? Parse(string[] args, out int exitCode)
    {
        var root = new RootCommand("Crawls an embedded site on 127.0.0.1 with legacy blocking code: first on OS threads, then patched.")
        {
            s_pages, s_delay, s_only, s_json,
        };
        ParseResult result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine();
            root.Parse("--help").Invoke(new InvocationConfiguration { Output = Console.Error });
            exitCode = 2;
            return null;
        }
        if (result.Action is not null)
        {
            exitCode = result.Invoke(); // --help, --version
            return null;
        }
        exitCode = 0;
        IReadOnlyList<CrawlMode> modes = result.GetValue(s_only) is { } mode ? [mode] : [CrawlMode.Plain, CrawlMode.Patched];
        return new CrawlOptions(result.GetValue(s_pages), result.GetValue(s_delay), modes, result.GetValue(s_json));
    }

    private static Option<int> InRange(string name, string description, int defaultValue, int min, int max)
    {
        var option = new Option<int>(name) { Description = $"{description} {min} to {max}.", DefaultValueFactory = _ => defaultValue };
        option.Validators.Add(result =>
        {
            // A value that is no number has been reported by the parser itself.
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && (value < min || value > max))
                result.AddError($"{name} must be between {min} and {max}, not {value}.");
        });
        return option;
    }

    private static CrawlMode? ParseMode(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "plain": return CrawlMode.Plain;
            case "patched": return CrawlMode.Patched;
            case var other:
                result.AddError($"--only must be 'plain' or 'patched', not '{other}'.");
                return null;
        }
    }
}
