namespace Patchy.Manifest;

/// <summary>How much of a manifest is read.</summary>
internal enum ManifestPart
{
    /// <summary>What patching needs: rows that patch, refuse or require. A few dozen of thousands, so that Patch.All stays fast.</summary>
    Patches,

    /// <summary>Also the members that inherit or cannot block.</summary>
    Whole,
}
