using System;
using System.Collections.Generic;
using Patchy.Fibers;

namespace Patchy.Detours;

// Protocol.
//
// 1. A block is one page of code and, right behind it, one page of data. The code is the same 16 bytes over and over,
//        lock inc qword ptr [rip + to data.Count]; jmp qword ptr [rip + to data.Target]
//    and is made executable before the first of them is used: a new counter only writes data, as the runtime's own precodes do.
// 2. The code takes no stack and no register, and changes the flags only, which no calling convention keeps: it may stand before a managed entry and
//    before an unmanaged one. A thread that the GC stops there is in no managed code, and is simply asked again.
// 3. Counters are kept by replacement and never freed; one that is used again counts on, and HitCounter subtracts.

/// <summary>Makes the machine code that counts calls.</summary>
internal static unsafe class HitCounters
{
    private const int Page = 4096;
    private const int Size = 16;
    private static readonly Dictionary<nint, nint> s_byTarget = [];
    private static byte* s_block;
    private static int s_used = Page;

    /// <summary>A counter in front of that entry.</summary>
    /// <exception cref="DetourRefusedException">The system gives no executable memory.</exception>
    public static HitCounter For(nint target)
    {
        lock (s_byTarget)
        {
            if (!s_byTarget.TryGetValue(target, out nint code))
            {
                if (s_used == Page) NewBlock();

                // SAFETY: s_used is a multiple of 16 below the size of the page; its data lies one page behind.
                code = (nint)(s_block + s_used);
                ((nint*)(code + Page))[1] = target;
                s_used += Size;
                s_byTarget.Add(target, code);
            }
            return new HitCounter(code, (long*)(code + Page));
        }
    }

    private static void NewBlock()
    {
        byte* block = Linux.Map(2 * Page);
        if (block == null) throw Refused("no memory");
        ReadOnlySpan<byte> count = [0xF0, 0x48, 0xFF, 0x05], jump = [0xFF, 0x25];

        // SAFETY: both pages are ours and writable; each piece stays within its 16 bytes.
        for (int at = 0; at < Page; at += Size)
        {
            var code = new Span<byte>(block + at, Size);
            code.Fill(0xCC);
            count.CopyTo(code);
            BitConverter.TryWriteBytes(code[4..], Page - 8); // from the end of the first instruction, at 8
            jump.CopyTo(code[8..]);
            BitConverter.TryWriteBytes(code[10..], Page + 8 - 14);
        }
        if (Linux.mprotect(block, Page, Linux.ProtectReadExecute) != 0) throw Refused("the system forbids new executable memory");
        s_block = block;
        s_used = 0;
    }

    private static DetourRefusedException Refused(string why) =>
        new(DetourRefusal.Platform, $"Calls cannot be counted: {why}. Nothing was patched; leave PatchOptions.CountHits off.");
}
