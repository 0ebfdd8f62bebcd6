using System;

namespace Patchy.Detours;

/// <summary>
/// The stub through which tiering counts calls (dotnet/runtime src/coreclr/vm/amd64/thunktemplates.asm, CallCountingStubCode):
/// mov rax, [rip + page - 7]; dec word ptr [rax]; je +6; jmp [TargetForMethod]; jmp [TargetForThresholdReached].
/// </summary>
internal static class CallCountingStub
{
    private const int TargetForMethod = 8;
    private static ReadOnlySpan<byte> Count => [0x66, 0xFF, 0x08, 0x74, 0x06, 0xFF, 0x25];

    /// <summary>True when the code is such a stub and counts calls of a version of this method.</summary>
    public static bool BelongsTo(RuntimeLayout layout, MethodDescriptor method, nint code)
    {
        RuntimeMemory memory = layout.Memory;
        if (code == 0 || memory.ReadByte(code) != 0x48 || memory.ReadByte(code + 1) != 0x8B || memory.ReadByte(code + 2) != 0x05) return false;
        if (memory.ReadInt32(code + 3) != layout.Precode.PageSize - 7) return false;
        ReadOnlySpan<byte> count = Count;
        for (int i = 0; i < count.Length; i++)
        {
            if (memory.ReadByte(code + 7 + i) != count[i]) return false;
        }
        return method.HasVersion(memory.ReadPointer(code + layout.Precode.PageSize + TargetForMethod));
    }
}
