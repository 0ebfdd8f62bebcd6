using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Patchy.Tool.Doctor;

/// <summary>What limits the number of green threads and of sockets.</summary>
internal static class LimitChecks
{
    private const int MappingsOfOneFiber = 2;
    private const long FewMappings = 65_530; // the default of Linux
    private const long FewFiles = 4_096;
    private const long FewThreads = 256;

    public static IEnumerable<Check> All()
    {
        if (!OperatingSystem.IsLinux()) yield break;
        yield return Mappings();
        yield return Files();
        yield return Threads();
        yield return Memory();
    }

    private static Check Mappings()
    {
        const string name = "vm.max_map_count";
        if (Number("/proc/sys/vm/max_map_count") is not { } limit) return Check.Note(name, "not readable", "It limits the number of green threads: each has two mappings.");
        string found = string.Create(CultureInfo.InvariantCulture, $"{limit:N0}, enough for about {limit / MappingsOfOneFiber * 19 / 20:N0} green threads at once");
        return limit < FewMappings ? Check.Note(name, found, "sysctl -w vm.max_map_count=1048576 raises it.") : Check.Ok(name, found);
    }

    private static Check Files()
    {
        const string name = "open files (nofile)";
        if (Limit("Max open files") is not { } hard) return Check.Note(name, "not readable", "Each connection needs one.");
        string found = hard == long.MaxValue ? "unlimited" : string.Create(CultureInfo.InvariantCulture, $"{hard:N0} (the runtime raises the soft limit to that)");
        return hard < FewFiles ? Check.Note(name, found, "Each connection needs one: ulimit -Hn, or LimitNOFILE of the service, raises it.") : Check.Ok(name, found);
    }

    private static Check Threads()
    {
        const string name = "kernel threads";
        string? scope = null;
        long least = long.MaxValue;
        foreach ((string text, long? limit) in new (string, long?)[]
        {
            ("pids.max of the container", Number(CGroup("pids.max"))),
            ("kernel.threads-max", Number("/proc/sys/kernel/threads-max")),
            ("kernel.pid_max", Number("/proc/sys/kernel/pid_max")),
            ("ulimit -u", Limit("Max processes")),
        })
        {
            if (limit is not { } value || value >= least) continue;
            least = value;
            scope = text;
        }
        if (scope is null) return Check.Ok(name, "no limit");
        string used = Number(CGroup("pids.current")) is { } current ? string.Create(CultureInfo.InvariantCulture, $", {current:N0} in use in the container") : "";
        string found = string.Create(CultureInfo.InvariantCulture, $"{least:N0} at most ({scope}){used}");
        return least < FewThreads
            ? Check.Note(name, found, "A green thread needs one while it starts, ends, or is stuck in a blocking call; a fiber of the kernel kind always.")
            : Check.Ok(name, found);
    }

    private static Check Memory()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Check.Ok("memory", string.Create(CultureInfo.InvariantCulture, $"{available >> 20:N0} MB for this process; a parked green thread takes about 20 kB"));
    }

    /// <summary>Inside of a container its own group is at the root; outside it is found by name.</summary>
    private static string CGroup(string file)
    {
        foreach (string line in File.Exists("/proc/self/cgroup") ? File.ReadAllLines("/proc/self/cgroup") : [])
        {
            if (!line.StartsWith("0::/", StringComparison.Ordinal)) continue;
            string path = Path.Combine("/sys/fs/cgroup", line["0::/".Length..], file);
            if (File.Exists(path)) return path;
        }
        string old = Path.Combine("/sys/fs/cgroup/pids", file);
        return File.Exists(old) ? old : Path.Combine("/sys/fs/cgroup", file);
    }

    /// <summary>The hard limit of that name; null when it is not there.</summary>
    private static long? Limit(string name)
    {
        foreach (string line in File.Exists("/proc/self/limits") ? File.ReadAllLines("/proc/self/limits") : [])
        {
            if (!line.StartsWith(name, StringComparison.Ordinal)) continue;
            string[] words = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
        }
        return null;
    }

    private static long? Number(string path)
    {
        try
        {
            return File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
