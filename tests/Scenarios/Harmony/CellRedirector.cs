using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using HarmonyLib;
using Patchy.Detours;

namespace Patchy.Scenarios.Harmony;

/// <summary>What MonoMod is to the real Harmony, done with the layout that Patchy's own engine knows.</summary>
internal sealed class CellRedirector : IRedirector
{
    private readonly RuntimeLayout _layout = RuntimeLayout.Read(RuntimeProbe.OfThisProcess());
    private readonly Dictionary<nint, nint> _bodies = [];
    private readonly List<MethodInfo> _kept = []; // a dynamic method that nobody holds is collected

    public void Redirect(MethodBase method, MethodInfo? code)
    {
        nint body = BodyOf(method);
        if (code is not null) _kept.Add(code);
        WriteCell(method, code is null ? body : EntryOf((DynamicMethod)code));
    }

    public void CopyInto(MethodInfo standIn, MethodBase method)
    {
        BodyOf(standIn);
        WriteCell(standIn, BodyOf(method));
    }

    private nint BodyOf(MethodBase method)
    {
        if (_bodies.TryGetValue(method.MethodHandle.Value, out nint body)) return body;
        var descriptor = new MethodDescriptor(_layout, method);
        descriptor.SetNotInline();
        descriptor.ClearEligibleForTiering();
        RuntimeHelpers.PrepareMethod(method.MethodHandle);
        body = descriptor.DefaultBody != 0 ? descriptor.DefaultBody : _layout.Memory.ReadPointer(CellOf(method));
        _bodies.Add(method.MethodHandle.Value, body);
        return body;
    }

    private nint CellOf(MethodBase method) => _layout.Precode.Cell(method.MethodHandle.GetFunctionPointer());

    private void WriteCell(MethodBase method, nint value)
    {
        nint cell = CellOf(method), before;
        do before = _layout.Memory.ReadPointer(cell);
        while (CellMemory.CompareExchange(cell, value, before) != before);
    }

    /// <summary>Compiled now: its first call may come from where nothing may be compiled.</summary>
    private static nint EntryOf(DynamicMethod code)
    {
        const BindingFlags hidden = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic;
        var handle = (RuntimeMethodHandle)typeof(DynamicMethod).GetMethod("GetMethodDescriptor", hidden)!.Invoke(code, null)!;
        object inner = typeof(DynamicMethod).GetField("_methodHandle", hidden)!.GetValue(code)!;
        object value = inner.GetType().GetInterface("IRuntimeMethodInfo")!.GetProperty("Value")!.GetValue(inner)!;
        typeof(RuntimeHelpers).GetMethod("CompileMethod", hidden)!.Invoke(null, [value]);
        return handle.GetFunctionPointer();
    }
}
