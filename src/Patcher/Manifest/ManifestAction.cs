namespace Patchy.Manifest;

/// <summary>What Patchy does with a member of the class library.</summary>
internal enum ManifestAction
{
    /// <summary>Redirected to a replacement.</summary>
    Patch,

    /// <summary>Cooperative because it calls a member that is patched.</summary>
    Inherits,

    /// <summary>Left alone: it cannot block.</summary>
    Pass,

    /// <summary>Left alone although it blocks.</summary>
    Refuse,
}
