using System.Reflection;

namespace Patchy.Scenarios.Faults;

/// <summary>Descriptors that a hub's reactor knows.</summary>
internal static class ReactorEntries
{
    public static int Count(Hub hub)
    {
        var table = (Array)hub.Reactor.GetType().GetField("_entries", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(hub.Reactor)!;
        int count = 0;
        foreach (object? entry in table)
            if (entry is not null) count++;
        return count;
    }
}
