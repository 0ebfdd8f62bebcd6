namespace Patchy;

/// <summary>How <see cref="Patch.All"/> patches. Immutable; the counterpart of the keyword arguments of gevent's patch_all.</summary>
public sealed class PatchOptions
{
    /// <summary>Which groups; the groups that they require are added. All by default.</summary>
    public PatchGroups Groups { get; init; } = PatchGroups.All;

    /// <summary>The path of another manifest than the one inside Patchy. Null by default. Its format is described in docs/manifest.md.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>True: a method that had already run when it was patched (see <see cref="PatchOutcome.Late"/>) is an error, and nothing is patched. False by default.</summary>
    public bool Strict { get; init; }

    /// <summary>How the stacks of greenlets are kept. <see cref="FiberKind.Auto"/> by default.</summary>
    public FiberKind FiberKind { get; init; } = FiberKind.Auto;
}
