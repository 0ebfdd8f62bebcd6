using System.Collections.Generic;
using System.Reflection;

namespace Patchy;

/// <summary>One group has been patched; others may follow. The counterpart of gevent's GeventDidPatchModuleEvent.</summary>
public sealed class DidPatchGroupEvent : PatchEvent
{
    internal DidPatchGroupEvent(PatchOptions options, PatchGroups group, string owner, IReadOnlyList<MethodBase> items) : base(options)
    {
        Group = group;
        Owner = owner;
        Items = items;
    }

    /// <summary>One group; <see cref="PatchGroups.None"/> for patches of a user's own.</summary>
    public PatchGroups Group { get; }

    /// <summary>"patchy.time" and its like, or the owner of a user's own patches.</summary>
    public string Owner { get; }

    /// <summary>The methods that were redirected.</summary>
    public IReadOnlyList<MethodBase> Items { get; }
}
