using System.Globalization;

namespace Patchy.Bench.Compare;

/// <summary>How many files a process of ours may have open. bench/compare raises the limit as far as it may before it starts this program.</summary>
internal static class OpenFiles
{
    public static long Limit()
    {
        string line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        string hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
    }
}
