using System.Globalization;
using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Promises;

/// <summary>What the kernel says of this process.</summary>
internal static class Vitals
{
    [DllImport("libc")]
    private static extern int gettid();

    /// <summary>The id of the calling kernel thread as libc knows it.</summary>
    public static int KernelThread => gettid();

    public static int KernelThreads => (int)Field("Threads:");

    public static long ResidentKilobytes => Field("VmRSS:");

    public static TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

    private static long Field(string name)
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith(name, StringComparison.Ordinal)) return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Any, CultureInfo.InvariantCulture);
        return -1;
    }

    /// <summary>A native thread in every mode: a long-running task's.</summary>
    public static Task Native(Action body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
