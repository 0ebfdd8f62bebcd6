using System.Globalization;

namespace Patchy.Bench.Running;

/// <summary>This process as the kernel counts it.</summary>
internal static class ProcStatus
{
    public static double OsThreads => Field("Threads:");

    public static double RssKb => Field("VmRSS:");

    public static double RssPeakKb => Field("VmHWM:");

    private static double Field(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
