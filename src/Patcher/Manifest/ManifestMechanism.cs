namespace Patchy.Manifest;

/// <summary>How a member is redirected.</summary>
internal enum ManifestMechanism
{
    None,

    /// <summary>An ordinary method, by its precode cell.</summary>
    Cell,

    /// <summary>A P/Invoke, by its target slot.</summary>
    Slot,
}
