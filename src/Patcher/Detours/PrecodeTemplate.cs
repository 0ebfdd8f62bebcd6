using System;

namespace Patchy.Detours;

/// <summary>
/// The FixupPrecode of .NET 10 on x64 (dotnet/runtime src/coreclr/vm/precode.h, amd64/thunktemplates.asm):
/// <code>
///   +0   jmp  [rip + page - 6]     -> data.Target        the cell: 8 bytes in an ordinary read-write data page
///   +6   mov  r10, [rip + page - 5] -> data.MethodDesc   where Target points while the method has not been prepared
///   +13  jmp  [rip + page - 3]     -> data.PrecodeFixupThunk
/// </code>
/// The data lies exactly one stub page behind the code. The runtime's own template is compared with these bytes, and each precode that
/// is touched is compared with the template.
/// </summary>
internal sealed class PrecodeTemplate
{
    private const int MaximumSize = 24;
    private readonly byte[] _expected;

    private PrecodeTemplate(byte[] expected, int page)
    {
        _expected = expected;
        PageSize = page;
    }

    /// <summary>Distance from a precode to its data.</summary>
    public int PageSize { get; }

    /// <summary>Where the fixup part begins: Target points there while the method is untouched.</summary>
    public const int FixupOffset = 6;

    public static PrecodeTemplate Read(RuntimeProbe probe, ContractDescriptor d, nint descriptor)
    {
        RuntimeMemory memory = probe.Memory;
        int page = memory.ReadInt32(descriptor + d.Offset("PrecodeMachineDescriptor.StubCodePageSize"));
        int fixup = memory.ReadByte(descriptor + d.Offset("PrecodeMachineDescriptor.FixupCodeOffset"));
        int size = memory.ReadByte(descriptor + d.Offset("PrecodeMachineDescriptor.FixupStubPrecodeSize"));
        if (page < 0x1000 || (page & (page - 1)) != 0) throw Differs($"a stub page of 0x{page:x} bytes (expected a power of two from 0x1000 up)");
        if (fixup != FixupOffset) throw Differs($"a fixup offset of {fixup} (expected {FixupOffset})");
        if (size != MaximumSize) throw Differs($"a precode of {size} bytes (expected {MaximumSize})");

        byte[] expected = Expected(page);
        nint bytes = descriptor + d.Offset("PrecodeMachineDescriptor.FixupBytes"), ignored = descriptor + d.Offset("PrecodeMachineDescriptor.FixupIgnoredBytes");
        for (int i = 0; i < expected.Length; i++)
        {
            byte found = memory.ReadByte(bytes + i);
            if (memory.ReadByte(ignored + i) != 0) throw Differs($"byte {i} of the precode template is one to ignore (expected 0x{expected[i]:x2})");
            if (found != expected[i]) throw Differs($"byte {i} of the precode template is 0x{found:x2} (expected 0x{expected[i]:x2})");
        }
        return new PrecodeTemplate(expected, page);
    }

    /// <summary>-1 when the code at the address is a FixupPrecode, else the first byte that differs.</summary>
    public int FirstDifference(RuntimeMemory memory, nint precode)
    {
        for (int i = 0; i < _expected.Length; i++)
        {
            if (memory.ReadByte(precode + i) != _expected[i]) return i;
        }
        return -1;
    }

    /// <summary>The address of the cell of a precode.</summary>
    public nint Cell(nint precode) => precode + PageSize;

    public byte ExpectedAt(int index) => _expected[index];

    private static byte[] Expected(int page)
    {
        var code = new byte[19];
        ReadOnlySpan<byte> jump = [0xFF, 0x25], load = [0x4C, 0x8B, 0x15];
        jump.CopyTo(code);
        BitConverter.TryWriteBytes(code.AsSpan(2), page - 6);
        load.CopyTo(code.AsSpan(6));
        BitConverter.TryWriteBytes(code.AsSpan(9), page + 8 - 13);
        jump.CopyTo(code.AsSpan(13));
        BitConverter.TryWriteBytes(code.AsSpan(15), page + 16 - 19);
        return code;
    }

    private static DetourRefusedException Differs(string what) =>
        new(DetourRefusal.Template, $"The code through which this runtime enters methods is not the one known: {what}.");
}
