using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crawler;

/// <summary>What the process that crawled says of itself: the last line it prints.</summary>
internal sealed record ChildReport(int Pages, ulong Checksum, double WallMs, double CpuMs, string[] Failures)
{
    public string ToLine() => JsonSerializer.Serialize(this, ChildReportJson.Default.ChildReport);

    public static ChildReport FromLine(string line) =>
        JsonSerializer.Deserialize(line, ChildReportJson.Default.ChildReport) ?? throw new InvalidDataException("The crawling process printed no report.");
}

/// <summary>Written at build time, so that the measured process does not pay for reflection.</summary>
[JsonSerializable(typeof(ChildReport))]
internal sealed partial class ChildReportJson : JsonSerializerContext;
