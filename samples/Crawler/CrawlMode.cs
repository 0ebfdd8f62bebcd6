namespace Crawler;

/// <summary>How the crawler's threads run.</summary>
internal enum CrawlMode
{
    /// <summary>As it was: OS threads.</summary>
    Plain,

    /// <summary>Green threads, by one line at the start of Main.</summary>
    Patched,
}
