namespace Crawler;

/// <summary>A crawl that did not bring every page, unharmed, in time.</summary>
internal sealed class CrawlFailedException(string message) : Exception(message);
