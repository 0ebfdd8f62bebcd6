using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crawler;

/// <summary>One mode's run, as it is shown and as one line of JSON.</summary>
internal sealed record RunReport(
    [property: JsonPropertyName("mode")] string Mode,
    [property: JsonPropertyName("pages")] int Pages,
    [property: JsonPropertyName("wall_ms")] double WallMs,
    [property: JsonPropertyName("cpu_ms")] double CpuMs,
    [property: JsonPropertyName("os_threads_peak")] int OsThreadsPeak,
    [property: JsonPropertyName("rss_peak_kb")] long RssPeakKb,
    [property: JsonPropertyName("checksum")] string Checksum)
{
    public string ToJson() => JsonSerializer.Serialize(this);
}
