using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using Patchy.Manifest;

namespace Patchy;

// Protocol.
//
// 1. A delegate is a few instructions of its own: push the arguments, load OriginalPointer.Entry, call there. It is made by the first that asks, and never
//    knows whether the method is patched: a patch moves the pointer to the intact body before the first cell is written, an undo moves it back to
//    the method's public entry after the last.
// 2. Between the two writes of an undo the pointer leads to the body, which is what the entry leads to.

/// <summary>Makes the originals that can be called from C#.</summary>
internal static class OriginalPointers
{
    private static readonly Dictionary<nint, OriginalPointer> s_byMethod = [];

    /// <summary>A delegate that reaches the original, whatever is done to the method later.</summary>
    /// <param name="type">The type of the delegate.</param>
    /// <param name="method">Not a P/Invoke.</param>
    /// <param name="entry">Where the original is entered now.</param>
    public static Delegate Bind(Type type, MethodBase method, nint entry)
    {
        OriginalPointer pointer;
        lock (s_byMethod)
        {
            if (!s_byMethod.TryGetValue(method.MethodHandle.Value, out pointer!)) s_byMethod.Add(method.MethodHandle.Value, pointer = new OriginalPointer(entry));
        }
        return Compile(type, method, pointer);
    }

    /// <summary>The original is entered elsewhere from now on.</summary>
    public static void Moved(MethodBase method, nint entry)
    {
        lock (s_byMethod)
        {
            if (s_byMethod.TryGetValue(method.MethodHandle.Value, out OriginalPointer? pointer)) pointer.Move(entry);
        }
    }

    /// <summary>Null when delegates of that type can call the method, else what differs.</summary>
    public static string? Mismatch(Type type, MethodBase method) => SignatureRules.Mismatch(method, Invoke(type));

    private static Delegate Compile(Type type, MethodBase method, OriginalPointer pointer)
    {
        MethodInfo invoke = Invoke(type);
        Type[] arguments = Array.ConvertAll(invoke.GetParameters(), static parameter => parameter.ParameterType);
        var code = new DynamicMethod($"{method.Name} (original)", invoke.ReturnType, [typeof(OriginalPointer), .. arguments], typeof(OriginalPointer), skipVisibility: true);
        ILGenerator il = code.GetILGenerator();
        for (int i = 0; i < arguments.Length; i++) il.Emit(OpCodes.Ldarg, (short)(i + 1));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Volatile);
        il.Emit(OpCodes.Ldfld, typeof(OriginalPointer).GetField(nameof(OriginalPointer.Entry))!);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, invoke.ReturnType, arguments, null); // "this" takes the register of the first argument
        il.Emit(OpCodes.Ret);
        return code.CreateDelegate(type, pointer);
    }

    private static MethodInfo Invoke(Type type) => type.GetMethod("Invoke")!;
}
