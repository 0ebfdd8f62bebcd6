using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Detours.Harmony;

// Protocol.
//
// 1. The original is copied first (ReversePatch into a stand-in): Harmony writes a jump over the body, so the body itself is no way to the original later.
// 2. One transpiler for all methods drops the body and calls the replacement (HarmonyBody). A prefix that returns false would do the same, but is passed its
//    arguments by Harmony's own rules, which know no types that are not public.
// 3. A method that has patches of another owner is refused: both would replace the whole.

/// <summary>Redirects methods through the application's own Harmony, for programs that want one detour library only. Asked for by PATCHY_DETOUR=harmony.</summary>
internal sealed class HarmonyEngine : IDetourEngine
{
    private readonly HarmonySurface _harmony;
    private readonly Dictionary<nint, HarmonyDetour> _detours = [];

    public HarmonyEngine(HarmonySurface harmony) => _harmony = harmony;

    public string Name => _harmony.Name;

    public IDetour Prepare(string owner, MethodBase source, MethodInfo replacement, bool countHits = false)
    {
        PrecodeCellEngine.RefuseKind(source, replacement);
        if (source is not MethodInfo method || HarmonyBody.IsWrapped(method.ReturnType, replacement.ReturnType))
            throw new DetourRefusedException(DetourRefusal.Method, $"{PrecodeCellEngine.NameOf(source)} cannot be redirected through Harmony: the replacement returns {replacement.ReturnType.Name} for it. Leave PATCHY_DETOUR out.");
        lock (_detours)
        {
            if (_detours.TryGetValue(source.MethodHandle.Value, out HarmonyDetour? existing))
                throw new DetourRefusedException(DetourRefusal.AlreadyPatched, $"{PrecodeCellEngine.NameOf(source)} is patched already, by owner \"{existing.Owner}\". Undo that patch first: there are no chains.");
            if (_harmony.OwnersOf(source) is { Count: > 0 } owners)
                throw new DetourRefusedException(DetourRefusal.Foreign, $"{PrecodeCellEngine.NameOf(source)} is patched through Harmony by {string.Join(", ", owners)}. Nothing was patched. Remove that patch, or leave this group out of Patch.All().");

            MethodInfo standIn = HarmonyStandIns.For(source);
            RuntimeHelpers.PrepareMethod(replacement.MethodHandle);
            _harmony.ReversePatch(source, standIn);
            var detour = new HarmonyDetour(_harmony, owner, source, replacement, standIn.MethodHandle.GetFunctionPointer())
            {
                Hits = countHits ? HitCounters.For(replacement.MethodHandle.GetFunctionPointer()) : null,
            };
            _detours.Add(source.MethodHandle.Value, detour);
            return detour;
        }
    }

    public IDetour? GetPatchInfo(MethodBase source)
    {
        lock (_detours) return _detours.GetValueOrDefault(source.MethodHandle.Value);
    }

    public nint GetOriginal(MethodBase source) => GetPatchInfo(source)?.Original ?? source.MethodHandle.GetFunctionPointer();

    public bool Unpatch(MethodBase source, string owner)
    {
        lock (_detours)
        {
            if (!_detours.TryGetValue(source.MethodHandle.Value, out HarmonyDetour? detour) || detour.Owner != owner) return false;
            detour.Undo();
            return _detours.Remove(source.MethodHandle.Value);
        }
    }
}
