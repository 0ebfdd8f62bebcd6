using System.Collections.Generic;
using System.Diagnostics;

namespace Patchy.Diagnostics;

/// <summary>What is known of how a greenlet came to be.</summary>
internal static class SpawnFacts
{
    /// <summary>Who spawned it, as long as that one has not been collected; null when nobody knows.</summary>
    public static Greenlet? SpawnerOf(Greenlet greenlet) => greenlet.SpawningGreenlet;

    /// <summary>Where it was spawned; null unless spawns were tracked then.</summary>
    public static StackTrace? StackOf(Greenlet greenlet) => greenlet.SpawningStack;

    /// <summary>The values that it shares with those it has spawned; null when there are none, and when its spawner shows them already (as in gevent).</summary>
    public static IEnumerable<KeyValuePair<string, object?>>? TreeLocalsOf(Greenlet greenlet)
    {
        IDictionary<string, object?>? locals = greenlet.SpawnTreeLocalsOrNull;
        return locals is null || ReferenceEquals(locals, greenlet.SpawningGreenlet?.SpawnTreeLocalsOrNull) ? null : locals;
    }
}
