namespace Patchy.Manifest;

/// <summary>The whole manifest inside Patchy, read when the first question about a member is asked.</summary>
internal static class WholeManifest
{
    public static ManifestIndex Index { get; } = new(PatchManifest.LoadWhole());
}
