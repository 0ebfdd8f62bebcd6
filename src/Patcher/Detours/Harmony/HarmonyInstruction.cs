using System.Reflection.Emit;

namespace Patchy.Detours.Harmony;

/// <summary>
/// An instruction for Harmony. A transpiler may use a type of its own instead of Harmony's CodeInstruction: Harmony copies fields of the same names
/// (its CodeTranspiler). So these are fields, named as there.
/// </summary>
internal sealed class HarmonyInstruction
{
#pragma warning disable IDE1006, SA1307, CA1051
    public OpCode opcode;
    public object? operand;
#pragma warning restore IDE1006, SA1307, CA1051

    /// <summary>For Harmony.</summary>
    public HarmonyInstruction() { }

    public HarmonyInstruction(OpCode opcode, object? operand = null)
    {
        this.opcode = opcode;
        this.operand = operand;
    }
}
