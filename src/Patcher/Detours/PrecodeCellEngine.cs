using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Detours;

// Protocol.
//
// 1. Every call of a method of the BCL, from R2R code, from JIT code, through a delegate, ldftn or reflection, enters through its
//    FixupPrecode, which jumps through one 8-byte cell in a read-write data page. A detour is one interlocked store into that cell.
// 2. Before the method is first compiled its tiering bit is cleared: the runtime then compiles it once, optimized (or takes the R2R
//    code), and never writes the cell again. NotInline keeps code that is compiled later from walking past the cell.
// 3. The body stays intact, so the original is a plain indirect call. It is known before the first cell of a session is written,
//    because the runtime itself calls what is patched (Monitor.Enter).
// 4. A method that was compiled before is "late": its cell may still be rewritten by a tier-up that is under way. It is watched by CellGuard.
// 5. An undo writes the cell only when it still holds our value. The tiering bit and NotInline stay as they are: a method that has
//    been patched once costs a tier-up for the rest of the process, and can be patched again without being late.

/// <summary>Redirects ordinary methods by their precode cells. See the protocol above.</summary>
internal sealed class PrecodeCellEngine : IDetourEngine
{
    private readonly RuntimeLayout _layout;
    private readonly Dictionary<nint, PrecodeCellDetour> _detours = [];

    public PrecodeCellEngine(RuntimeLayout layout) => _layout = layout;

    public string Name => "precode cell";

    public IDetour Prepare(string owner, MethodBase source, MethodInfo replacement, bool countHits = false)
    {
        RefuseKind(source, replacement);
        var method = new MethodDescriptor(_layout, source);
        RefuseDescriptor(source, method);
        lock (_detours)
        {
            if (_detours.TryGetValue(method.Address, out PrecodeCellDetour? existing))
            {
                throw new DetourRefusedException(DetourRefusal.AlreadyPatched,
                    $"{NameOf(source)} is patched already, by owner \"{existing.Owner}\" with {NameOf(existing.Replacement)}. Undo that patch first: there are no chains.");
            }
            PrecodeCellDetour detour = Make(owner, source, replacement, method, countHits);
            _detours.Add(method.Address, detour);
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
            if (!_detours.TryGetValue(source.MethodHandle.Value, out PrecodeCellDetour? detour) || detour.Owner != owner) return false;
            detour.Undo();
            return _detours.Remove(source.MethodHandle.Value);
        }
    }

    internal static string NameOf(MethodBase method) => $"{method.DeclaringType?.FullName}.{method.Name}";

    private PrecodeCellDetour Make(string owner, MethodBase source, MethodInfo replacement, MethodDescriptor method, bool countHits)
    {
        // The replacement is entered through its own precode, so that it tiers up like any method.
        RuntimeHelpers.PrepareMethod(replacement.MethodHandle);
        nint entry = replacement.MethodHandle.GetFunctionPointer();
        HitCounter? hits = countHits ? HitCounters.For(entry) : null;

        nint precode = Verified(source, method, source.MethodHandle.GetFunctionPointer());
        if (method.TemporaryEntryPoint is var temporary && temporary != 0 && temporary != precode)
        {
            throw new DetourRefusedException(DetourRefusal.Method, $"{NameOf(source)} has two entries (0x{precode:x} and 0x{temporary:x}), which is not expected of a method that is not virtual.");
        }

        bool couldBeInlined = !method.IsNotInline, tiering = method.IsEligibleForTiering;
        nint before = _layout.Memory.ReadPointer(_layout.Precode.Cell(precode));
        bool fresh = before == precode + PrecodeTemplate.FixupOffset && method.DefaultBody == 0;
        if (!fresh) ForeignDetours.RefuseUnknownTarget(_layout, source, method, precode, before);

        method.SetNotInline();
        method.ClearEligibleForTiering();

        // Asked again: another thread may have made the first call between the two looks, while the tiering bit was still set.
        fresh = fresh && _layout.Memory.ReadPointer(_layout.Precode.Cell(precode)) == precode + PrecodeTemplate.FixupOffset && method.DefaultBody == 0;
        RuntimeHelpers.PrepareMethod(source.MethodHandle);
        nint body = Body(source, method, precode, fresh);
        ForeignDetours.RefuseRewrittenBody(_layout, source, body);
        return new PrecodeCellDetour(_layout, owner, source, replacement, precode, body, hits?.Entry ?? entry, method)
        {
            Hits = hits,
            LateReason = fresh ? null : Late(couldBeInlined, tiering),
            NeedsGuard = !fresh && tiering,
        };
    }

    private nint Body(MethodBase source, MethodDescriptor method, nint precode, bool fresh)
    {
        nint target = _layout.Memory.ReadPointer(_layout.Precode.Cell(precode)), kept = method.DefaultBody;
        nint body = kept != 0 ? kept : target;
        bool compiled = body != 0 && body != precode + PrecodeTemplate.FixupOffset && _layout.Precode.FirstDifference(_layout.Memory, body) >= 0;
        if (compiled && (!fresh || target == body)) return body;
        throw new DetourRefusedException(DetourRefusal.Method,
            $"{NameOf(source)} has no body of its own after it was prepared (cell 0x{target:x}, body 0x{kept:x}, precode 0x{precode:x}).");
    }

    private nint Verified(MethodBase source, MethodDescriptor method, nint precode)
    {
        int difference = _layout.Precode.FirstDifference(_layout.Memory, precode);
        if (difference >= 0)
        {
            throw new DetourRefusedException(DetourRefusal.Template, $"{NameOf(source)} is not entered through the precode of {_layout.Framework}: byte {difference} at 0x{precode:x} is " +
                $"0x{_layout.Memory.ReadByte(precode + difference):x2}, expected 0x{_layout.Precode.ExpectedAt(difference):x2}. Nothing was patched; report the runtime version.");
        }
        nint owner = _layout.Memory.ReadPointer(_layout.Precode.Cell(precode) + _layout.PrecodeMethodDesc);
        if (owner == method.Address) return precode;
        throw new DetourRefusedException(DetourRefusal.Template,
            $"The precode of {NameOf(source)} belongs to another method (0x{owner:x}, expected 0x{method.Address:x}). Nothing was patched; report the runtime version.");
    }

    private static string? Late(bool couldBeInlined, bool tiering)
    {
        if (!couldBeInlined && !tiering) return null; // its cell is stable and nobody can have inlined it
        string inlined = couldBeInlined ? "code that was compiled before may have it inlined and is not redirected; " : "";
        string watched = tiering ? "its cell is watched, because the runtime may still be moving it to another tier; " : "";
        return $"it had run before it was patched: {inlined}{watched}call Patch.All() first in Main";
    }

    internal static void RefuseKind(MethodBase source, MethodInfo replacement)
    {
        string? reason =
            source.DeclaringType is null ? "is a dynamic method" :
            source.IsAbstract ? "is abstract: patch an implementation" :
            source.IsGenericMethod || source.DeclaringType.IsGenericType ? "is generic: its code is shared between instantiations. Patch the method that it calls" :
            source.IsVirtual ? "is virtual: it is also entered through vtables. Patch the method that it calls" :
            (source.Attributes & MethodAttributes.PinvokeImpl) != 0 ? "is a P/Invoke, which callers inline: use the mechanism \"slot\"" :
            source.Module.Assembly.IsCollectible ? "lives in a collectible assembly: its code may be unloaded" :
            !replacement.IsStatic || replacement.IsGenericMethod || replacement.DeclaringType is null || replacement.DeclaringType.IsGenericType
                ? $"would be replaced by {NameOf(replacement)}, which is not a static method without type parameters" : null;
        if (reason is not null) throw new DetourRefusedException(DetourRefusal.Method, $"{NameOf(source)} cannot be redirected: it {reason}.");
    }

    private static void RefuseDescriptor(MethodBase source, MethodDescriptor method)
    {
        string? reason =
            method.Class != MethodDescriptor.ClassIL ? $"it is not compiled from IL (class {method.Class} of the runtime's method kinds)" :
            method.IsIntrinsic ? "the JIT knows it as an intrinsic and does not call it" :
            method.IsUnboxingStub ? "it is an unboxing stub" : null;
        if (reason is not null) throw new DetourRefusedException(DetourRefusal.Method, $"{NameOf(source)} cannot be redirected: {reason}. Patch the method that it calls, or the one that calls it.");
    }
}
