namespace Patchy;

/// <summary><see cref="Patch.All(PatchOptions)"/> is about to patch. Throw <see cref="DoNotPatchException"/> to prevent it. The counterpart of gevent's GeventWillPatchAllEvent.</summary>
public sealed class WillPatchAllEvent : PatchEvent
{
    internal WillPatchAllEvent(PatchOptions options, PatchGroups groups) : base(options) => Groups = groups;

    /// <summary>What is left to patch of what was asked for, without what that requires.</summary>
    public PatchGroups Groups { get; }
}
