namespace Patchy;

/// <summary>What became of one row of the manifest.</summary>
public enum PatchOutcome
{
    /// <summary>Calls are redirected.</summary>
    Applied,

    /// <summary>Calls are redirected, but the method had run before: code that was compiled earlier may have gone past it. The reason says more.</summary>
    Late,

    /// <summary>Not touched, because of another row's failure or because nothing was left to do.</summary>
    Skipped,

    /// <summary>Not patched: it blocks and is not supported, or it could not be redirected safely. The reason says which.</summary>
    Refused,

    /// <summary>Native again.</summary>
    Undone,
}
