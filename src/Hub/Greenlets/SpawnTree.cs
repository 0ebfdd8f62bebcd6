using System.Collections.Generic;
using System.Threading;

namespace Patchy;

/// <summary>What the greenlets of one spawn tree share.</summary>
internal sealed class SpawnTree
{
    private Dictionary<string, object?>? _locals;

    /// <summary>Null as long as nobody has asked for them.</summary>
    public IDictionary<string, object?>? LocalsOrNull => Volatile.Read(ref _locals);

    /// <summary>May be called from any thread; the dictionary itself is an ordinary one.</summary>
    public IDictionary<string, object?> Locals =>
        Volatile.Read(ref _locals) ?? Interlocked.CompareExchange(ref _locals, [], null) ?? _locals!;
}
