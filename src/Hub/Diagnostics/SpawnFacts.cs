using System.Collections.Generic;
using System.Diagnostics;

namespace Patchy.Diagnostics;

/// <summary>What is known of how a greenlet came to be.</summary>
internal static class SpawnFacts
{
    /// <summary>Who spawned it, as long as that one has not been collected; null when nobody knows.</summary>
    public static Greenlet? SpawnerOf(Greenlet greenlet) => null;

    /// <summary>Where it was spawned; null unless spawns were tracked then.</summary>
    public static StackTrace? StackOf(Greenlet greenlet) => null;

    /// <summary>The values that it shares with those it has spawned; null when there are none.</summary>
    public static IEnumerable<KeyValuePair<string, object?>>? TreeLocalsOf(Greenlet greenlet) => null;
}
