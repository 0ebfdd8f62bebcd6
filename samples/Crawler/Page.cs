namespace Crawler;

/// <summary>The pages of the embedded site: number n always has the same body, so that a crawl can be checked.</summary>
internal static class Page
{
    private const int MinBytes = 2_000;
    private const int MaxBytes = 6_000;

    public static byte[] Body(int page)
    {
        ulong state = ((ulong)page + 1) * 0x9E3779B97F4A7C15;
        var body = new byte[MinBytes + (int)(Next(ref state) % (MaxBytes - MinBytes))];
        for (int i = 0; i < body.Length; i++) body[i] = (byte)('a' + (int)(Next(ref state) % 26));
        return body;
    }

    /// <summary>Every tenth page is too busy at first: a crawler has to ask again.</summary>
    public static bool IsBusyAtFirst(int page) => page % 10 == 7;

    /// <summary>What a complete crawl of that many pages must add up to.</summary>
    public static ulong ExpectedChecksum(int pages)
    {
        ulong sum = 0;
        for (int page = 0; page < pages; page++) sum += LegacyCrawler.Fingerprint(page, Body(page));
        return sum;
    }

    // xorshift64
    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state >> 11;
    }
}
