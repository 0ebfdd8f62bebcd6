using System.Globalization;

namespace Patchy.Bench.Running;

/// <summary>A process as the kernel counts it.</summary>
internal static class ProcStatus
{
    public static double OsThreads => Field("self", "Threads:");

    public static double RssKb => Field("self", "VmRSS:");

    public static double RssPeakKb => Field("self", "VmHWM:");

    public static double ThreadsOf(int process) => Field(process.ToString(CultureInfo.InvariantCulture), "Threads:");

    public static double PeakKbOf(int process) => Field(process.ToString(CultureInfo.InvariantCulture), "VmHWM:");

    private static double Field(string process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
