using System.Globalization;

namespace Patchy.Bench.Compare;

/// <summary>How the figures are called and shown.</summary>
internal static class Columns
{
    private static readonly Dictionary<string, string> s_headings = new()
    {
        ["requests_per_s"] = "requests/s", ["p50_us"] = "p50, µs", ["p99_us"] = "p99, µs", ["max_us"] = "max, µs", ["cpu_us"] = "CPU a request, µs",
        ["rss_mb"] = "RSS, MB", ["os_threads"] = "OS threads", ["server_busy"] = "its core busy, %", ["load_busy"] = "load's core busy, %",
        ["mib_per_s"] = "MiB/s", ["seconds"] = "s", ["cpu_us_mib"] = "CPU a MiB, µs",
        ["worst_late_ms"] = "worst lateness, ms", ["median_late_ms"] = "median lateness, ms", ["timers"] = "timers",
        ["extra_wall_ms"] = "beyond the second, ms", ["cpu_ms"] = "CPU, ms", ["rss_kb_each"] = "kB each",
        ["contended_ns"] = "contended, ns", ["uncontended_ns"] = "free, ns", ["first_thread_ms"] = "first thread has run, ms", ["patch_ms"] = "Patch.All(), ms",
        ["since_start_ms"] = "since the process started, ms", ["lock_ns"] = "lock, ns", ["sleep0_ns"] = "Sleep(0), ns", ["event_ns"] = "WaitOne, ns",
        ["event_slim_ns"] = "Slim.Wait, ns", ["semaphore_slim_ns"] = "SemaphoreSlim, ns", ["task_ns"] = "Task.Wait, ns", ["udp_ns"] = "UDP, ns",
    };

    public static string Heading(string name) => s_headings.GetValueOrDefault(name, name);

    /// <summary>Whether more of it is better.</summary>
    public static bool MoreIsBetter(string name) => name.EndsWith("_per_s", StringComparison.Ordinal);

    public static string Show(double? value) => value switch
    {
        null or double.NaN => "",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
