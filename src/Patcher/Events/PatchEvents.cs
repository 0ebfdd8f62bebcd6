using System;

namespace Patchy;

// One call of Patch.All, in order:
//
//   WillPatchAll
//     WillPatchGroup(time)   -> its methods -> DidPatchGroup(time)
//     WillPatchGroup(thread) -> its methods -> DidPatchGroup(thread)     a group comes after those that it requires
//     ...
//   DidPatchBuiltin
//   DidPatchAll
//
// Patch.Time() and its like raise only the two in the middle. An exception from any subscriber but a DoNotPatchException undoes what the call has done so far.

/// <summary>
/// What is about to be patched, and what was. The subscribers of an event are called one after the other, in the order in which they came, on the thread that
/// patches; an exception stops the later ones, undoes everything that the call has patched and goes to the caller. The counterpart of gevent.events.subscribers.
/// Subscribing may be done from any thread.
/// </summary>
public static class PatchEvents
{
    /// <summary>Before <see cref="Patch.All(PatchOptions)"/> patches anything. Not raised when nothing is left to do.</summary>
    public static event Action<WillPatchAllEvent>? WillPatchAll;

    /// <summary>Before a group is patched, and before patches of a user's own are.</summary>
    public static event Action<WillPatchGroupEvent>? WillPatchGroup;

    /// <summary>After a group was patched, unless it was vetoed.</summary>
    public static event Action<DidPatchGroupEvent>? DidPatchGroup;

    /// <summary>After all groups of a call of <see cref="Patch.All(PatchOptions)"/>: patch here what builds on them.</summary>
    public static event Action<DidPatchBuiltinEvent>? DidPatchBuiltin;

    /// <summary>At the end of <see cref="Patch.All(PatchOptions)"/>.</summary>
    public static event Action<DidPatchAllEvent>? DidPatchAll;

    internal static bool HasGroupSubscribers => WillPatchGroup is not null || DidPatchGroup is not null;

    internal static void Raise(WillPatchAllEvent patch) => WillPatchAll?.Invoke(patch);

    internal static void Raise(WillPatchGroupEvent patch) => WillPatchGroup?.Invoke(patch);

    internal static void Raise(DidPatchGroupEvent patch) => DidPatchGroup?.Invoke(patch);

    internal static void Raise(DidPatchBuiltinEvent patch) => DidPatchBuiltin?.Invoke(patch);

    internal static void Raise(DidPatchAllEvent patch) => DidPatchAll?.Invoke(patch);
}
