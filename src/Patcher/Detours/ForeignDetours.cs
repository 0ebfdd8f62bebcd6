using System;
using System.Collections;
using System.Reflection;

namespace Patchy.Detours;

/// <summary>Finds what other libraries did to a method before us. Two libraries on one method corrupt each other when they undo, so ours stays away.</summary>
internal static class ForeignDetours
{
    private const string WhatToDo = "Nothing was patched. Remove that patch, or leave this group out of Patch.All().";

    /// <summary>The cell of a method that has been compiled must hold something that the runtime put there.</summary>
    public static void RefuseUnknownTarget(RuntimeLayout layout, MethodBase source, MethodDescriptor method, nint precode, nint target)
    {
        if (target == precode + PrecodeTemplate.FixupOffset || method.HasVersion(target) || CallCountingStub.BelongsTo(layout, method, target)) return;

        // Without tiering a method keeps no list of its code: then the cell holds the body itself, which is no precode.
        if (method.DefaultBody == 0 && layout.Precode.FirstDifference(layout.Memory, target) >= 0) return;
        throw Taken(source, target);
    }

    /// <summary>Harmony and MonoMod write a jump over the first bytes of the body. A body may begin with a jump of its own, so this only counts when one of them is loaded.</summary>
    public static void RefuseRewrittenBody(RuntimeLayout layout, MethodBase source, nint body)
    {
        byte first = layout.Memory.ReadByte(body), second = layout.Memory.ReadByte(body + 1);
        bool jump = first == 0xE9 || (first == 0xFF && second == 0x25);
        if (!jump || FindLibrary() is not { } library) return;
        throw new DetourRefusedException(DetourRefusal.Foreign,
            $"{PrecodeCellEngine.NameOf(source)} begins with a jump (0x{first:x2} 0x{second:x2} at 0x{body:x}) and {library.GetName().Name} is loaded{Owners(library, source)}: it is patched by somebody else. {WhatToDo}");
    }

    public static DetourRefusedException Taken(MethodBase source, nint target)
    {
        string who = FindLibrary() is { } library ? $"{library.GetName().Name} is loaded{Owners(library, source)}" : "no known patching library is loaded: perhaps a profiler, or a second copy of Patchy";
        return new(DetourRefusal.Foreign, $"The cell of {PrecodeCellEngine.NameOf(source)} leads to 0x{target:x}, which the runtime did not put there ({who}). {WhatToDo}");
    }

    private static Assembly? FindLibrary()
    {
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.GetName().Name is "0Harmony" or "MonoMod.Core" or "MonoMod.RuntimeDetour") return assembly;
        }
        return null;
    }

    private static string Owners(Assembly library, MethodBase source)
    {
        try
        {
            object? info = library.GetType("HarmonyLib.Harmony")?.GetMethod("GetPatchInfo", [typeof(MethodBase)])?.Invoke(null, [source]);
            if (info?.GetType().GetProperty("Owners")?.GetValue(info) is not IEnumerable owners) return "";
            return $" (owners: {string.Join(", ", System.Linq.Enumerable.Cast<object>(owners))})";
        }
        catch (Exception e) when (e is TargetInvocationException or AmbiguousMatchException or ArgumentException)
        {
            return ""; // only decoration of a message
        }
    }
}
