namespace Patchy;

/// <summary><see cref="Patch.All(PatchOptions)"/> has patched, and nothing more comes. The counterpart of gevent's GeventDidPatchAllEvent.</summary>
public sealed class DidPatchAllEvent : PatchEvent
{
    internal DidPatchAllEvent(PatchOptions options, PatchReport report) : base(options) => Report = report;

    /// <summary>What was patched.</summary>
    public PatchReport Report { get; }
}
