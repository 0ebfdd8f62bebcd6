namespace Patchy;

/// <summary>What became of one method.</summary>
public enum PatchOutcome
{
    /// <summary>Calls are redirected.</summary>
    Applied,

    /// <summary>Calls are redirected, but too late for some: the method had run before, and code that was compiled earlier may have gone past it. The reason says more.</summary>
    Late,

    /// <summary>Not touched, because of another row's failure or because nothing was left to do.</summary>
    Skipped,

    /// <summary>Not patched: it blocks and is not supported, or it could not be redirected safely. The reason says which.</summary>
    Refused,

    /// <summary>Native again.</summary>
    Undone,

    /// <summary>Not redirected itself, but cooperative because it calls a method that is. The reason says through which.</summary>
    Inherited,

    /// <summary>Not patched, because a subscriber of <see cref="PatchEvents"/> did not want it.</summary>
    Vetoed,

    /// <summary>Not patched, or not undone, because another library has redirected it.</summary>
    Foreign,
}
