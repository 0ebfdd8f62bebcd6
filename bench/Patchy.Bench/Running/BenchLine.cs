using System.Text.Json;

namespace Patchy.Bench.Running;

/// <summary>What a word measured: the line of JSON that every peer prints too.</summary>
internal sealed class BenchLine(string bench, long operations, double nanosecondsEach)
{
    public const string PeerName = "patchy";
    public const string Peer = "peer", Bench = "bench", Operations = "n", Nanoseconds = "ns_per_op", NanosecondsBefore = "ns_before";
    public const string CpuMs = "cpu_ms", RssKbEach = "rss_kb_each", OsThreadsPeak = "os_threads_peak";

    private readonly List<KeyValuePair<string, double>> _more = new();

    public BenchLine Add(string name, double value)
    {
        _more.Add(new(name, value));
        return this;
    }

    public string ToJson(int osThreadsPeak)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString(Peer, PeerName);
            json.WriteString(Bench, bench);
            json.WriteNumber(Operations, operations);
            json.WriteNumber(Nanoseconds, Math.Round(nanosecondsEach, 2));
            foreach ((string name, double value) in _more) json.WriteNumber(name, Math.Round(value, 2));
            json.WriteNumber(OsThreadsPeak, osThreadsPeak);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
