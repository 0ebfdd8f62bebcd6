using System;
using System.Reflection;
using System.Reflection.Emit;

namespace Patchy.Detours.Harmony;

/// <summary>Methods with the signatures of originals. Harmony's ReversePatch turns such a stand-in into a copy of the original, whose address is then the way to it.</summary>
internal static class HarmonyStandIns
{
    private static readonly ModuleBuilder s_module =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Patchy.Originals"), AssemblyBuilderAccess.Run).DefineDynamicModule("Patchy.Originals");
    private static int s_last;

    /// <summary>Made anew each time: an old one stays what Harmony has made of it.</summary>
    public static MethodInfo For(MethodBase source)
    {
        Type[] parameters = ParametersOf(source);
        TypeBuilder type;
        lock (s_module) type = s_module.DefineType($"{source.DeclaringType!.Name}_{source.Name}_{++s_last}", TypeAttributes.Public | TypeAttributes.Sealed | TypeAttributes.Abstract);
        MethodBuilder method = type.DefineMethod(source.Name, MethodAttributes.Public | MethodAttributes.Static, ((MethodInfo)source).ReturnType, parameters);
        method.SetImplementationFlags(MethodImplAttributes.NoInlining);
        for (int i = 0; i < parameters.Length; i++) method.DefineParameter(i + 1, ParameterAttributes.None, $"argument{i}");
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldnull);
        il.Emit(OpCodes.Throw);
        return type.CreateType().GetMethod(source.Name)!;
    }

    /// <summary>As a static method would have them: "this" first.</summary>
    public static Type[] ParametersOf(MethodBase source)
    {
        Type[] parameters = Array.ConvertAll(source.GetParameters(), static parameter => parameter.ParameterType);
        if (source.IsStatic) return parameters;
        Type self = source.DeclaringType!;
        return [self.IsValueType ? self.MakeByRefType() : self, .. parameters];
    }
}
