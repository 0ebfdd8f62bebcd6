using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Patchy.Images;

/// <summary>
/// What the ahead-of-time compiler inlined in one framework image: its own record, kept for profilers (dotnet/runtime
/// docs/design/coreclr/botr/readytorun-format.md, sections InliningInfo2 and CrossModuleInlineInfo).
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Reads memory that the garbage collector owns; kept for the life of the process.")]
internal sealed class ReadyToRunImage
{
    private const uint Signature = 0x00525452; // "RTR"
    private const uint MultiModule = 0x40;
    private const int InliningInfo2 = 114;
    private const int OwnerComposite = 116;
    private const int CrossModuleInlineInfo = 119;

    private readonly byte[] _image;
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly Dictionary<int, int> _sections = [];
    private readonly Dictionary<int, List<string>> _inliners = [];

    public ReadyToRunImage(string path)
    {
        _image = File.ReadAllBytes(path);
        _file = new PEReader(new MemoryStream(_image));
        _metadata = _file.GetMetadataReader();
        DirectoryEntry directory = _file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory;
        if (directory.Size == 0) return;
        int at = Offset(directory.RelativeVirtualAddress);
        if (BitConverter.ToUInt32(_image, at) != Signature) return;
        HasCode = true;
        uint flags = BitConverter.ToUInt32(_image, at + 8);
        int count = BitConverter.ToInt32(_image, at + 12);
        for (int i = 0; i < count; i++) _sections[BitConverter.ToInt32(_image, at + 16 + (12 * i))] = BitConverter.ToInt32(_image, at + 20 + (12 * i));
        if (_sections.TryGetValue(CrossModuleInlineInfo, out int table)) ReadCrossModule(Offset(table), (flags & MultiModule) != 0);
        else if (_sections.TryGetValue(InliningInfo2, out table)) ReadOwn(Offset(table));
    }

    /// <summary>True when the image has been compiled ahead of time at all.</summary>
    public bool HasCode { get; }

    public bool IsComposite => _sections.ContainsKey(OwnerComposite);

    public bool HasInliningRecord => _sections.ContainsKey(CrossModuleInlineInfo) || _sections.ContainsKey(InliningInfo2);

    /// <summary>Inlined methods of other images.</summary>
    public int ForeignInlinees { get; private set; }

    /// <summary>The methods into which the method with that token was inlined.</summary>
    public IReadOnlyList<string> InlinersOf(int token) => _inliners.TryGetValue(token & 0xFFFFFF, out List<string>? found) ? found : [];

    private void ReadCrossModule(int start, bool multiModule)
    {
        foreach (int entry in NativeFormat.HashTableEntries(_image, start))
        {
            int at = entry, left = (int)Next(ref at);
            uint inlinee = Read(ref at, ref left);
            bool foreign = (inlinee & 1) != 0, hasForeignInliners = (inlinee & 2) != 0;
            if (multiModule && !foreign) foreign = Read(ref at, ref left) != 0;
            if (hasForeignInliners)
            {
                for (uint skip = Read(ref at, ref left); skip > 0; skip--) Read(ref at, ref left);
            }
            if (foreign) ForeignInlinees++;
            else _inliners[(int)(inlinee >> 2)] = ReadInliners(ref at, ref left, multiModule);
        }
    }

    private void ReadOwn(int start)
    {
        foreach (int entry in NativeFormat.HashTableEntries(_image, start))
        {
            int at = entry, left = (int)Next(ref at);
            uint inlinee = Read(ref at, ref left);
            if ((inlinee & 1) != 0)
            {
                ForeignInlinees++;
                continue;
            }
            _inliners[(int)(inlinee >> 1)] = ReadInliners(ref at, ref left, withModule: true);
        }
    }

    /// <summary>Method tokens as differences; the low bit says that the number of a module follows.</summary>
    private List<string> ReadInliners(ref int at, ref int left, bool withModule)
    {
        var names = new List<string>();
        for (int token = 0; left > 0;)
        {
            uint value = Read(ref at, ref left);
            token += (int)(withModule ? value >> 1 : value);
            bool otherModule = withModule && (value & 1) != 0;
            uint module = otherModule ? Read(ref at, ref left) : 0;
            names.Add(module == 0 ? Name(token) : $"method {token:x} of module {module}");
        }
        return names;
    }

    private uint Next(ref int at) => NativeFormat.Unsigned(_image, ref at);

    private uint Read(ref int at, ref int left)
    {
        left--;
        return Next(ref at);
    }

    private string Name(int row)
    {
        MethodDefinition method = _metadata.GetMethodDefinition(MetadataTokens.MethodDefinitionHandle(row));
        TypeDefinition type = _metadata.GetTypeDefinition(method.GetDeclaringType());
        return $"{_metadata.GetString(type.Name)}.{_metadata.GetString(method.Name)}";
    }

    private int Offset(int address)
    {
        foreach (SectionHeader section in _file.PEHeaders.SectionHeaders)
        {
            if (address >= section.VirtualAddress && address < section.VirtualAddress + Math.Max(section.VirtualSize, section.SizeOfRawData))
                return address - section.VirtualAddress + section.PointerToRawData;
        }
        throw new BadImageFormatException($"no section holds 0x{address:x}");
    }
}
