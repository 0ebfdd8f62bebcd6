using System.Reflection;

namespace Patchy.Detours;

// Lifecycle of a detour.
//
//   Prepared -> Apply   -> Applied     one 8-byte interlocked store
//   Applied  -> Undo    -> Prepared    compare-exchange: only when the cell is still ours
//   Applied  -> Undo    -> Lost        somebody else has written the cell since: left alone
//   Lost     -> Apply   -> refused

/// <summary>One redirection, one to one: there are no chains, because a chain would lock and allocate around the very primitives we redirect.</summary>
internal interface IDetour
{
    /// <summary>Who asked for it.</summary>
    string Owner { get; }

    /// <summary>The method that is redirected.</summary>
    MethodBase Source { get; }

    /// <summary>The method that is called instead.</summary>
    MethodInfo Replacement { get; }

    /// <summary>Native entry of the intact original: managed convention for a cell, unmanaged for a slot.</summary>
    nint Original { get; }

    /// <summary>Where the unpatched method is entered by everybody else; what an original pointer falls back to after an undo.</summary>
    nint PublicEntry { get; }

    /// <summary>Null when nothing can have been missed; else a sentence that says what may have been compiled before the detour.</summary>
    string? LateReason { get; }

    /// <summary>Null when calls are not counted.</summary>
    HitCounter? Hits { get; }

    /// <summary>True while calls are redirected.</summary>
    bool IsApplied { get; }

    /// <summary>Redirects. May be called from any thread, also while others are calling the method.</summary>
    void Apply();

    /// <summary>Restores the method. False when a foreign detour has taken the cell since; then it is left as it is.</summary>
    bool Undo();
}
