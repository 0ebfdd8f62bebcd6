using System.Reflection;

namespace Patchy.Detours;

/// <summary>
/// The seam between what is to be redirected and how. The words are Harmony's: an owner id for each patch, GetOriginal, Unpatch. An engine
/// redirects a whole method (a Harmony prefix that returns false); it never weaves IL.
/// </summary>
internal interface IDetourEngine
{
    /// <summary>Short name for the report.</summary>
    string Name { get; }

    /// <summary>
    /// Checks everything and makes everything ready: afterwards <see cref="IDetour.Original"/> is known and <see cref="IDetour.Apply"/> is a
    /// single store. Nothing is redirected yet. May be called from any thread.
    /// </summary>
    /// <exception cref="DetourRefusedException">The method cannot be redirected safely; no call of it was redirected.</exception>
    /// <param name="owner">Who asks for it.</param>
    /// <param name="source">What is redirected.</param>
    /// <param name="replacement">What is called instead.</param>
    /// <param name="countHits">Put a counter in front of the replacement.</param>
    IDetour Prepare(string owner, MethodBase source, MethodInfo replacement, bool countHits = false);

    /// <summary>The detour of that method, prepared or applied, or null.</summary>
    IDetour? GetPatchInfo(MethodBase source);

    /// <summary>A pointer that reaches the unpatched behaviour, whether the method is redirected or not.</summary>
    nint GetOriginal(MethodBase source);

    /// <summary>Undoes and forgets the detour of that method; false when it is not this owner's.</summary>
    bool Unpatch(MethodBase source, string owner);
}
