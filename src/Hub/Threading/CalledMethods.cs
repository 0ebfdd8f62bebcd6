using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;

namespace Patchy.Threading;

/// <summary>Reads which methods the IL of another calls, from a given place on.</summary>
internal static class CalledMethods
{
    private const byte TwoBytePrefix = 0xFE;
    private static readonly OpCode?[] s_oneByte = new OpCode?[256];
    private static readonly OpCode?[] s_twoBytes = new OpCode?[256];

#pragma warning disable CA1810 // the two tables are filled together
    static CalledMethods()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? s_oneByte : s_twoBytes)[code.Value & 0xFF] = code;
        }
    }
#pragma warning restore CA1810

    /// <summary>In the order of the IL; null stands for one that cannot be told, or for the whole IL when that cannot be read.</summary>
    /// <param name="method">The method whose IL is read.</param>
    /// <param name="offset">Where an instruction of it begins, as a stack frame says it.</param>
    public static IEnumerable<MethodBase?> From(MethodBase method, int offset)
    {
        byte[]? code = offset is StackFrame.OFFSET_UNKNOWN or < 0 ? null : BodyOf(method);
        if (code is null)
        {
            yield return null;
            yield break;
        }
        for (int at = offset; at < code.Length;)
        {
            int value = code[at++];
            OpCode? known = s_oneByte[value];
            if (value == TwoBytePrefix && at < code.Length) known = s_twoBytes[code[at++]];
            if (known is not { } instruction || at + OperandSize(instruction.OperandType, code, at) > code.Length)
            {
                yield return null;
                yield break;
            }
            if (instruction.OperandType == OperandType.InlineMethod && instruction != OpCodes.Ldftn && instruction != OpCodes.Ldvirtftn)
                yield return Resolve(method, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)));
            at += OperandSize(instruction.OperandType, code, at);
        }
    }

    private static byte[]? BodyOf(MethodBase method)
    {
        try
        {
            return method.GetMethodBody()?.GetILAsByteArray();
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            return null; // a dynamic method shows no body
        }
    }

    private static int OperandSize(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => at + sizeof(int) <= code.Length ? sizeof(int) + sizeof(int) * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)) : code.Length,
        _ => 4,
    };

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(
                token,
                method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null,
                method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException or MissingMemberException or System.IO.IOException)
        {
            return null;
        }
    }
}
