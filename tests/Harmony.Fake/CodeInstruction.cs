using System.Reflection.Emit;

namespace HarmonyLib;

// The names are the real one's: transpilers with an instruction type of their own are matched by them.
public sealed class CodeInstruction
{
#pragma warning disable IDE1006, SA1307, CA1051
    public OpCode opcode;
    public object? operand;
    public List<Label> labels = [];
#pragma warning restore IDE1006, SA1307, CA1051
}
