namespace Patchy;

/// <summary>Who may hold how many kernel threads at once: separate bounds, so that a lock wait cannot starve the owner's own escape.</summary>
internal enum EscapePool
{
    /// <summary>Name resolution, natives that really block.</summary>
    Blocking,

    /// <summary>Regular files: a disk serves few at once, and a slow one may not use up what name resolution needs.</summary>
    File,

    /// <summary>Waits on real locks whose owner is no greenlet of this hub. At most one waiter an object escapes.</summary>
    Lock,
}
