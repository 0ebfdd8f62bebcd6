using System.Collections.Generic;
using System.Reflection;

namespace Patchy;

/// <summary>One group is about to be patched. Throw <see cref="DoNotPatchException"/> to leave it out. The counterpart of gevent's GeventWillPatchModuleEvent.</summary>
public sealed class WillPatchGroupEvent : PatchEvent
{
    internal WillPatchGroupEvent(PatchOptions options, PatchGroups group, string owner, List<MethodBase> items) : base(options)
    {
        Group = group;
        Owner = owner;
        Items = items;
    }

    /// <summary>One group; <see cref="PatchGroups.None"/> for patches of a user's own.</summary>
    public PatchGroups Group { get; }

    /// <summary>"patchy.time" and its like, or the owner of a user's own patches.</summary>
    public string Owner { get; }

    /// <summary>
    /// The methods that will be redirected. Those that are removed are left as they are: a group whose methods work hand in hand (Monitor.Wait and
    /// Pulse) is better left out as a whole. None can be added here: use <see cref="Patch.Methods(System.Type, string?)"/>.
    /// </summary>
    public IList<MethodBase> Items { get; }
}
