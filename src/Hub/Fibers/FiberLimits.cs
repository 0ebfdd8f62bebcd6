using System;
using System.Globalization;
using System.Text;
using System.Threading;

namespace Patchy.Fibers;

/// <summary>Says which limit of the machine stopped the next fiber, with its value and the way to raise it.</summary>
internal static class FiberLimits
{
    // Below the limit the runtime itself must still be able to map memory: a garbage collection that cannot ends the process.
    private const int MappingsKept = 2048;
    private const int MappingsOfOneFiber = 4;
    private const int MillisecondsBetweenRefusals = 20;
    private static int s_lookAgainAt;
    private static int s_refusedAt = int.MaxValue;
    private static long s_refusedUntil;

    /// <summary>
    /// Refuses a fiber while there are mappings left for everything else. Counting them takes milliseconds when there are many, so it is
    /// done again only when the room seen last could be used up.
    /// </summary>
    public static void EnsureRoom(int live)
    {
        if (!OperatingSystem.IsLinux() || live < Volatile.Read(ref s_lookAgainAt)) return;

        // Counting costs tens of milliseconds up here: a burst of spawns is refused at the price of one count.
        if (live >= Volatile.Read(ref s_refusedAt) && Environment.TickCount64 < Volatile.Read(ref s_refusedUntil)) throw Refused(live, maps: null);
        long limit = ProcFile.Number("/proc/sys/vm/max_map_count");
        if (limit <= 0) return;
        int maps = ProcFile.Lines("/proc/self/maps");
        long kept = Math.Min(MappingsKept, limit / 8);
        long room = (limit - kept - maps) / MappingsOfOneFiber;
        if (room <= 0)
        {
            Volatile.Write(ref s_refusedUntil, Environment.TickCount64 + MillisecondsBetweenRefusals);
            Volatile.Write(ref s_refusedAt, live);
            throw Refused(live, $"{maps} memory mappings of the {limit} that vm.max_map_count allows; {kept} are kept for the runtime");
        }

        Volatile.Write(ref s_lookAgainAt, (int)Math.Min(live + Math.Max(room / 2, 1), int.MaxValue));
    }

    private static FiberLimitException Refused(int live, string? maps) => new(
        $"No further green thread: {live} are alive, and the process has {maps ?? "nearly as many memory mappings as vm.max_map_count allows"}. " +
        "Those that are alive go on; this one was not started. Raise the limit (sysctl -w vm.max_map_count=1048576) or keep fewer green threads alive.");

    public static FiberLimitException Reached(int live, Exception cause)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"The system refused another thread stack with {live} green threads alive. Those go on; this one was not started. ");
        if (OperatingSystem.IsLinux()) AppendLinux(text);
        else text.Append("Raise the limit on threads or memory, or keep fewer green threads alive.");
        return new FiberLimitException(text.ToString(), cause);
    }

    private static void AppendLinux(StringBuilder text)
    {
        long mapLimit = ProcFile.Number("/proc/sys/vm/max_map_count");
        int maps = ProcFile.Lines("/proc/self/maps");
        if (maps < 0)
        {
            text.Append("/proc/self/maps cannot be opened either: most likely the process has no descriptor left (ulimit -n), and the runtime needs one to start a thread. Raise that limit, or close what is not used.");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"Memory mappings: {maps} of vm.max_map_count = {mapLimit}");
        text.Append(maps > mapLimit * 0.98
            ? " - this is the limit that was met: raise it (sysctl -w vm.max_map_count=1048576)."
            : "; raise it with sysctl -w vm.max_map_count=1048576 if it is nearly used up.");
        text.Append(CultureInfo.InvariantCulture, $" Kernel threads: kernel.pid_max = {ProcFile.Number("/proc/sys/kernel/pid_max")}");
        long pids = ProcFile.Number("/sys/fs/cgroup/pids.max");
        if (pids > 0) text.Append(CultureInfo.InvariantCulture, $", pids.max of the container = {pids}, in use {ProcFile.Number("/sys/fs/cgroup/pids.current")}");
        text.Append(" (a fiber of the user kind needs one while it starts, escapes and ends; of the kernel kind always). Memory limits and ulimit -u count too.");
    }
}
