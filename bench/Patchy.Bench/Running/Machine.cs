using System.Runtime.InteropServices;

namespace Patchy.Bench.Running;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Line()
    {
        string cpu = "processor";
        if (File.Exists("/proc/cpuinfo"))
            cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? cpu;
        return $"{Environment.ProcessorCount} cores of {cpu}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }
}
