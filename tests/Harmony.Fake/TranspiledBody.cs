using System.Collections;
using System.Reflection;
using System.Reflection.Emit;

namespace HarmonyLib;

/// <summary>Calls transpilers by the rules of Harmony's CodeTranspiler (2.4.2) and emits what they return.</summary>
internal static class TranspiledBody
{
    public static MethodInfo Of(MethodBase original, IEnumerable<MethodInfo> transpilers)
    {
        // The real one passes the instructions of the original; a transpiler that drops them all does not mind one that could not be emitted.
        List<CodeInstruction> body = [new() { opcode = OpCodes.Nop, operand = "the original's" }];
        foreach (MethodInfo transpiler in transpilers) body = [.. Call(transpiler, original, body)];

        Type[] parameters = [.. original.GetParameters().Select(parameter => parameter.ParameterType)];
        if (!original.IsStatic) parameters = [original.DeclaringType!.IsValueType ? original.DeclaringType.MakeByRefType() : original.DeclaringType, .. parameters];
        var code = new DynamicMethod($"{original.Name}_Patch1", ((MethodInfo)original).ReturnType, parameters, typeof(TranspiledBody).Module, skipVisibility: true);
        ILGenerator il = code.GetILGenerator();
        foreach (CodeInstruction instruction in body) Emit(il, instruction);
        return code;
    }

    /// <summary>Arguments go by the types of the parameters; instructions are converted to the transpiler's own type and back, by the names of fields.</summary>
    private static IEnumerable<CodeInstruction> Call(MethodInfo transpiler, MethodBase original, List<CodeInstruction> body)
    {
        var arguments = new List<object?>();
        foreach (ParameterInfo parameter in transpiler.GetParameters())
        {
            Type type = parameter.ParameterType;
            if (type.IsAssignableFrom(typeof(MethodBase))) arguments.Add(original);
            else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>)) arguments.Add(Converted(body, type.GetGenericArguments()[0]));
        }
        foreach (object instruction in (IEnumerable)transpiler.Invoke(null, [.. arguments])!)
            yield return (CodeInstruction)Copied(instruction, typeof(CodeInstruction));
    }

    private static IList Converted(List<CodeInstruction> body, Type element)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (CodeInstruction instruction in body) list.Add(Copied(instruction, element));
        return list;
    }

    private static object Copied(object from, Type type)
    {
        object to = Activator.CreateInstance(type, nonPublic: true)!;
        foreach (FieldInfo field in type.GetFields())
        {
            if (from.GetType().GetField(field.Name) is { } same) field.SetValue(to, same.GetValue(from));
        }
        return to;
    }

    private static void Emit(ILGenerator il, CodeInstruction instruction)
    {
        switch (instruction.operand)
        {
            case null: il.Emit(instruction.opcode); break;
            case short number: il.Emit(instruction.opcode, number); break;
            case long number: il.Emit(instruction.opcode, number); break;
            case MethodInfo method: il.Emit(instruction.opcode, method); break;
            case Type type: il.Emit(instruction.opcode, type); break;
            default: throw new NotSupportedException($"{instruction.opcode} {instruction.operand}");
        }
    }
}
