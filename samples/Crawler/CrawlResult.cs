namespace Crawler;

/// <summary>What a crawl found.</summary>
/// <param name="Pages">Pages that arrived.</param>
/// <param name="Checksum">Sum of the fingerprints of their bodies.</param>
/// <param name="Failures">One line for each page that did not arrive.</param>
public sealed record CrawlResult(int Pages, ulong Checksum, string[] Failures);
