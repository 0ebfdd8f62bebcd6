using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Patchy.Detours;

// Protocol.
//
// 1. R2R code and optimized JIT code inline a P/Invoke down to the native call, but make that call through one word of the method's
//    descriptor: the slot. It holds an import thunk until the native function is looked up, then its address.
// 2. The function is looked up first (Marshal.Prelink): otherwise the first call of the original would look it up and overwrite the hook.
// 3. The hook is an [UnmanagedCallersOnly] method of the same signature. Code that the JIT compiles while the hook is in the slot may
//    have the hook's address built in, so a hook must pass through on its own when it has nothing to do; an undo cannot reach that code.
// 4. The offsets are not part of the runtime's contract. They are proved for each method: the entry point's name must be where it is
//    expected, the thunk beside the slot must be code of the known shape, and the size of the descriptor must be the known one.

/// <summary>Redirects P/Invokes by their target slots: the second line of defence, for native calls that were inlined before a patch.</summary>
internal sealed class PInvokeSlotEngine : IDetourEngine
{
    // dotnet/runtime src/coreclr/vm/method.hpp, class PInvokeMethodDesc, 10.0: MethodDesc (16), m_pszEntrypointName, m_pszLibName, m_pPInvokeTarget, m_pImportThunkGlue.
    private const int NameOffset = 16;
    private const int SlotOffset = 32;
    private const int ThunkOffset = 40;

    private readonly RuntimeLayout _layout;
    private readonly Dictionary<nint, PInvokeSlotDetour> _detours = [];

    public PInvokeSlotEngine(RuntimeLayout layout) => _layout = layout;

    public string Name => "P/Invoke slot";

    public IDetour Prepare(string owner, MethodBase source, MethodInfo replacement, bool countHits = false)
    {
        RefuseKind(source, replacement);
        var method = new MethodDescriptor(_layout, source);
        if (method.Class != MethodDescriptor.ClassPInvoke)
            throw Refuse(DetourRefusal.Method, source, $"the runtime does not keep it as a P/Invoke (class {method.Class})");

        lock (_detours)
        {
            if (_detours.TryGetValue(method.Address, out PInvokeSlotDetour? existing))
            {
                throw new DetourRefusedException(DetourRefusal.AlreadyPatched,
                    $"{PrecodeCellEngine.NameOf(source)} is patched already, by owner \"{existing.Owner}\". Undo that patch first: there are no chains.");
            }
            nint target = Resolve((MethodInfo)source, method);
            var detour = new PInvokeSlotDetour(owner, source, replacement, method.Address + SlotOffset, target, countHits);
            _detours.Add(method.Address, detour);
            return detour;
        }
    }

    public IDetour? GetPatchInfo(MethodBase source)
    {
        lock (_detours) return _detours.GetValueOrDefault(source.MethodHandle.Value);
    }

    public nint GetOriginal(MethodBase source) => GetPatchInfo(source)?.Original ?? Resolve((MethodInfo)source, new MethodDescriptor(_layout, source));

    public bool Unpatch(MethodBase source, string owner)
    {
        lock (_detours)
        {
            if (!_detours.TryGetValue(source.MethodHandle.Value, out PInvokeSlotDetour? detour) || detour.Owner != owner) return false;
            detour.Undo();
            return _detours.Remove(source.MethodHandle.Value);
        }
    }

    private nint Resolve(MethodInfo source, MethodDescriptor method)
    {
        try
        {
            Marshal.Prelink(source);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Refuse(DetourRefusal.Method, source, $"its native function was not found ({e.Message})");
        }
        RuntimeMemory memory = _layout.Memory;
        nint target = memory.ReadPointer(method.Address + SlotOffset), thunk = memory.ReadPointer(method.Address + ThunkOffset);
        string expected = source.GetCustomAttribute<DllImportAttribute>()?.EntryPoint ?? source.Name;
        if (!NameIs(memory.ReadPointer(method.Address + NameOffset), expected))
            throw Refuse(DetourRefusal.Contract, source, $"the descriptor does not hold the name {expected} at +{NameOffset}: this runtime keeps its P/Invokes in another way");
        if (target == 0 || thunk == 0 || target == thunk)
            throw Refuse(DetourRefusal.Method, source, "the runtime has not looked up its native function");
        return target;
    }

    private bool NameIs(nint address, string expected)
    {
        if (address == 0) return false;
        for (int i = 0; i < expected.Length; i++)
        {
            if (_layout.Memory.ReadByte(address + i) != expected[i]) return false;
        }
        return _layout.Memory.ReadByte(address + expected.Length) == 0;
    }

    private static void RefuseKind(MethodBase source, MethodInfo replacement)
    {
        if ((source.Attributes & MethodAttributes.PinvokeImpl) == 0) throw Refuse(DetourRefusal.Method, source, "it is not a P/Invoke: use the mechanism \"cell\"");
        if (source.IsDefined(typeof(SuppressGCTransitionAttribute), inherit: false))
            throw Refuse(DetourRefusal.Method, source, "it is called without a GC transition, so that managed code must not run in its place");
        if (!replacement.IsStatic || !replacement.IsDefined(typeof(UnmanagedCallersOnlyAttribute), inherit: false))
            throw Refuse(DetourRefusal.Method, source, $"its replacement {PrecodeCellEngine.NameOf(replacement)} is not a static method marked [UnmanagedCallersOnly]");
    }

    private static DetourRefusedException Refuse(DetourRefusal refusal, MethodBase source, string reason) =>
        new(refusal, $"The native call of {PrecodeCellEngine.NameOf(source)} cannot be redirected: {reason}. Nothing was patched.");
}
