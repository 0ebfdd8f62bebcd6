using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;

namespace Patchy.Fibers;

/// <summary>The imported functions of a loaded ELF image: where it keeps the address of each (its global offset table), read from its own dynamic section.</summary>
internal sealed unsafe class ImportTable
{
    private const int RtldLazy = 1;
    private const int RtldNoLoad = 4;
    private const int RequestLinkMap = 2;
    private const int RequestThreadStorage = 10;
    private const long TagStringTable = 5, TagSymbolTable = 6, TagPltRelocationsSize = 2, TagPltRelocations = 23, TagRelocations = 7, TagRelocationsSize = 8;
    private const uint RelocationGlobDat = 6, RelocationJumpSlot = 7;
    private const nint Page = 4096;

    private readonly LinkMap* _image;

    private ImportTable(LinkMap* image) => _image = image;

#pragma warning disable CS0649 // Written by the loader.
    // <link.h>: the documented head of struct link_map.
    private struct LinkMap
    {
        public byte* Base;
        public byte* Name;
        public DynamicEntry* Dynamic;
        public LinkMap* Next;
        public LinkMap* Previous;
    }

    private struct DynamicEntry
    {
        public long Tag;
        public byte* Value;
    }

    private struct Relocation
    {
        public nint Offset;
        public uint Type;
        public uint Symbol;
        public nint Addend;
    }

    private struct Symbol
    {
        public uint Name;
        public byte Info, Other;
        public ushort Section;
        public nint Value;
        public nint Size;
    }
#pragma warning restore CS0649

    /// <summary>The loaded image whose file name is this, or null.</summary>
    public static ImportTable? Find(string fileName)
    {
        nint self = Linux.dlopen(null, RtldLazy | RtldNoLoad);
        LinkMap* map;
        if (self == 0 || Linux.dlinfo(self, RequestLinkMap, &map) != 0) return null;

        // SAFETY: the loader's list; images that are needed for the whole process (ours, glibc, the runtime) are never taken out of it.
        for (; map != null; map = map->Next)
        {
            if (Encoding.UTF8.GetString(new ReadOnlySpan<byte>(map->Name, Length(map->Name))).EndsWith("/" + fileName, StringComparison.Ordinal)) return new ImportTable(map);
        }

        return null;
    }

    /// <summary>The program itself, when it has a symbol of that name; else null.</summary>
    public static ImportTable? OfProgramWith(ReadOnlySpan<byte> symbol)
    {
        nint self = Linux.dlopen(null, RtldLazy | RtldNoLoad);
        LinkMap* map;
        fixed (byte* name = symbol)
        {
            // SAFETY: as above; the program is the first of the loader's list.
            return self != 0 && Linux.dlsym(self, name) != 0 && Linux.dlinfo(self, RequestLinkMap, &map) == 0 ? new ImportTable(map) : null;
        }
    }

    /// <summary>The calling thread's block of the image's native thread-local storage; null when it has none.</summary>
    public byte* StorageOfThisThread()
    {
        byte* block = null;
        // SAFETY: a handle of the loader is its entry in the list, and dlinfo writes one pointer.
        return Linux.dlinfo((nint)_image, RequestThreadStorage, &block) == 0 ? block : null;
    }

    /// <summary>The places that hold the address of the function; usually one.</summary>
    public List<nint> SlotsOf(ReadOnlySpan<byte> function)
    {
        List<nint> slots = [];
        byte* strings = Entry(TagStringTable, isAddress: true);
        Symbol* symbols = (Symbol*)Entry(TagSymbolTable, isAddress: true);
        if (strings == null || symbols == null) return slots;
        Collect(Entry(TagPltRelocations, isAddress: true), (nint)Entry(TagPltRelocationsSize, isAddress: false), strings, symbols, function, slots);
        Collect(Entry(TagRelocations, isAddress: true), (nint)Entry(TagRelocationsSize, isAddress: false), strings, symbols, function, slots);
        return slots;
    }

    public static nint Read(nint slot) => Volatile.Read(ref *(nint*)slot);

    /// <summary>Stores into a slot. The page is read-only after relocation (RELRO): it becomes so again. False when the system forbids it; then nothing changed.</summary>
    public static bool Write(nint slot, nint value)
    {
        nint page = slot & -Page;
        int protection = ProtectionOf(page);
        if (protection is not (Linux.ProtectRead or Linux.ProtectReadWrite)) return false;
        if (protection == Linux.ProtectRead && Linux.mprotect((void*)page, (nuint)Page, Linux.ProtectReadWrite) != 0) return false;
        Volatile.Write(ref *(nint*)slot, value);
        if (protection == Linux.ProtectRead) _ = Linux.mprotect((void*)page, (nuint)Page, Linux.ProtectRead);
        return true;
    }

    private void Collect(byte* table, nint size, byte* strings, Symbol* symbols, ReadOnlySpan<byte> function, List<nint> slots)
    {
        if (table == null) return;

        // SAFETY: table and size come from the image's dynamic section, which the loader has used already.
        for (Relocation* r = (Relocation*)table; r < (Relocation*)(table + size); r++)
        {
            if (r->Type is not (RelocationGlobDat or RelocationJumpSlot)) continue;
            byte* name = strings + symbols[r->Symbol].Name;
            if (new ReadOnlySpan<byte>(name, Length(name)).SequenceEqual(function)) slots.Add((nint)(_image->Base + r->Offset));
        }
    }

    private byte* Entry(long tag, bool isAddress)
    {
        for (DynamicEntry* d = _image->Dynamic; d->Tag != 0; d++)
        {
            if (d->Tag != tag) continue;

            // glibc relocates the addresses in place; other loaders leave them relative.
            return isAddress && d->Value < _image->Base ? _image->Base + (nint)d->Value : d->Value;
        }

        return null;
    }

    private static int ProtectionOf(nint address)
    {
        foreach (string line in ProcFile.Text("/proc/self/maps").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            nint start = nint.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            nint end = nint.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (address < start || address >= end) continue;
            ReadOnlySpan<char> rights = line.AsSpan(space + 1, 3);
            return (rights[0] == 'r' ? 1 : 0) | (rights[1] == 'w' ? 2 : 0) | (rights[2] == 'x' ? 4 : 0);
        }

        return -1;
    }

    private static int Length(byte* text)
    {
        int length = 0;
        while (text[length] != 0) length++;
        return length;
    }
}
