using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using System.Threading;

namespace Patchy.Detours.Harmony;

// Protocol.
//
// 1. Harmony asks each transpiler of a method again whenever anybody changes the patches of that method. So a replacement stays known here from before the
//    first Patch until after the Unpatch.
// 2. Under the lock of this table nothing of Harmony's is called.

/// <summary>The transpiler: whatever a method's body was, it calls the replacement and returns.</summary>
internal static class HarmonyBody
{
    public static readonly MethodInfo Transpiler = typeof(HarmonyBody).GetMethod(nameof(Replace), BindingFlags.Static | BindingFlags.NonPublic)!;
    private static readonly MethodInfo s_increment = typeof(Interlocked).GetMethod(nameof(Interlocked.Increment), [typeof(long).MakeByRefType()])!;
    private static readonly Dictionary<nint, HarmonyDetour> s_byMethod = [];

    public static void Know(HarmonyDetour detour)
    {
        lock (s_byMethod) s_byMethod[detour.Source.MethodHandle.Value] = detour;
    }

    public static void Forget(MethodBase source)
    {
        lock (s_byMethod) s_byMethod.Remove(source.MethodHandle.Value);
    }

    /// <summary>Called by Harmony, which fills in the parameters by their types.</summary>
    private static IEnumerable<HarmonyInstruction> Replace(IEnumerable<HarmonyInstruction> instructions, MethodBase original)
    {
        HarmonyDetour? detour;
        lock (s_byMethod) s_byMethod.TryGetValue(original.MethodHandle.Value, out detour);
        return detour is null ? instructions : CallOf(detour);
    }

    private static List<HarmonyInstruction> CallOf(HarmonyDetour detour)
    {
        var code = new List<HarmonyInstruction>();
        if (detour.Hits is { } hits)
        {
            code.Add(new(OpCodes.Ldc_I8, hits.CountAddress));
            code.Add(new(OpCodes.Conv_U));
            code.Add(new(OpCodes.Call, s_increment));
            code.Add(new(OpCodes.Pop));
        }
        ParameterInfo[] offered = detour.Replacement.GetParameters();
        Type[] wanted = HarmonyStandIns.ParametersOf(detour.Source);
        for (int i = 0; i < offered.Length; i++)
        {
            bool unwraps = IsWrapped(wanted[i], offered[i].ParameterType);
            code.Add(new(unwraps ? OpCodes.Ldarga : OpCodes.Ldarg, (short)i));
            if (unwraps) code.Add(new(OpCodes.Ldobj, offered[i].ParameterType));
        }
        code.Add(new(OpCodes.Call, detour.Replacement));
        code.Add(new(OpCodes.Ret));
        return code;
    }

    /// <summary>A struct of one field, for which the replacement takes the field's type: the one difference that IL must be told of.</summary>
    public static bool IsWrapped(Type wanted, Type offered) => wanted.IsValueType && !wanted.IsPrimitive && !wanted.IsEnum && wanted != offered;
}
