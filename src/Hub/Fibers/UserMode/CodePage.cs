using System;
using System.IO;
using Iced.Intel;

namespace Patchy.Fibers;

/// <summary>One page for machine code: written first, executable later, never both.</summary>
internal sealed unsafe class CodePage
{
    private const int Size = 4096;
    private const int Alignment = 64;
    private readonly byte* _page;
    private int _used;

    public CodePage()
    {
        _page = Linux.Map(Size);
        if (_page == null) throw new FiberLimitException("No memory for the machine code of fibers.");
    }

    /// <summary>Assembles at the next free place and returns the address.</summary>
    public nint Add(Assembler code)
    {
        using MemoryStream bytes = new();
        code.Assemble(new StreamCodeWriter(bytes), (ulong)(_page + _used));
        nint address = (nint)(_page + _used);

        // SAFETY: the span is checked against the rest of the page by AsSpan and CopyTo.
        bytes.GetBuffer().AsSpan(0, (int)bytes.Length).CopyTo(new Span<byte>(_page + _used, Size - _used));
        _used = (_used + (int)bytes.Length + Alignment - 1) & -Alignment;
        return address;
    }

    /// <summary>The code is complete. False when the system forbids new executable memory.</summary>
    public bool Seal() => Linux.mprotect(_page, Size, Linux.ProtectReadExecute) == 0;
}
