using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Patchy.Scan;

/// <summary>Walks through the IL of a body and yields the instructions that call, or that take the address of a method.</summary>
internal static class InstructionReader
{
    private static readonly OperandType?[] s_oneByte = new OperandType?[256];
    private static readonly OperandType?[] s_twoBytes = new OperandType?[256];

    static InstructionReader()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            if (code.Size == 1) s_oneByte[code.Value & 0xFF] = code.OperandType;
            else s_twoBytes[code.Value & 0xFF] = code.OperandType;
        }
    }

    public static IEnumerable<(int Offset, ILOpCode Code, EntityHandle Operand)> Calls(BlobReader il)
    {
        while (il.RemainingBytes > 0)
        {
            int offset = il.Offset, value = il.ReadByte();
            OperandType? operand = s_oneByte[value];
            if (value == 0xFE && il.RemainingBytes > 0)
            {
                int second = il.ReadByte();
                operand = s_twoBytes[second];
                value = 0xFE00 | second;
            }
            var code = (ILOpCode)value;
            if (code is ILOpCode.Call or ILOpCode.Callvirt or ILOpCode.Newobj or ILOpCode.Ldftn or ILOpCode.Ldvirtftn or ILOpCode.Jmp or ILOpCode.Calli)
            {
                yield return (offset, code, System.Reflection.Metadata.Ecma335.MetadataTokens.EntityHandle(il.ReadInt32()));
                continue;
            }
            int size = operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => il.ReadInt32() * 4,
                null => il.RemainingBytes, // no IL that is known: leave the rest
                _ => 4,
            };
            il.Offset += size < 0 || size > il.RemainingBytes ? il.RemainingBytes : size;
        }
    }
}
