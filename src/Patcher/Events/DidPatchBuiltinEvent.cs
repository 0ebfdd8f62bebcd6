namespace Patchy;

/// <summary>All groups have been patched: the place for patches of one's own. The counterpart of gevent's GeventDidPatchBuiltinModulesEvent.</summary>
public sealed class DidPatchBuiltinEvent : PatchEvent
{
    internal DidPatchBuiltinEvent(PatchOptions options, PatchGroups groups) : base(options) => Groups = groups;

    /// <summary>The groups that this call has patched.</summary>
    public PatchGroups Groups { get; }
}
