using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Patchy.Manifest;

namespace Patchy.Scan;

/// <summary>
/// What a virtual call can meet: the rows of the manifest for types of the class library that derive from the one that the call names. What reads or writes through another
/// stream (StreamReader, GZipStream ...) blocks as that stream does.
/// </summary>
internal sealed class ReceiverTypes
{
    private const int Shown = 4;
    private static readonly string[] s_wrappers =
    [
        "System.IO.TextReader", "System.IO.TextWriter", "System.IO.StreamReader", "System.IO.StreamWriter", "System.IO.BinaryReader", "System.IO.BinaryWriter", "System.IO.BufferedStream",
        "System.IO.Compression.GZipStream", "System.IO.Compression.DeflateStream", "System.IO.Compression.BrotliStream", "System.IO.Compression.ZLibStream", "System.Security.Cryptography.CryptoStream",
    ];

    private static readonly string[] s_verbs = ["Read", "Write", "Flush", "Copy", "Peek", "Close", "Dispose"];
    private readonly ILookup<string, ManifestRow> _byMember;
    private readonly Dictionary<string, Type?> _types = [];

    public ReceiverTypes(PatchManifest manifest) =>
        _byMember = manifest.Rows.Where(static row => row.Action != ManifestAction.Pass && !row.IsWholeType && !row.Type.StartsWith("Interop", StringComparison.Ordinal)).ToLookup(static row => row.Member);

    /// <summary>Null when the call meets nothing that blocks; else a sentence.</summary>
    public string? Of(string type, string member)
    {
        if (type == "System.Object") return null;
        if (Array.IndexOf(s_wrappers, type) >= 0 && Array.Exists(s_verbs, verb => member.StartsWith(verb, StringComparison.Ordinal))) return "as the stream or text that is beneath it";
        List<ManifestRow> met = [.. _byMember[member].Where(row => row.Type != type && !row.DependsOnReceiver && DerivesFrom(row, type))];
        if (met.Count == 0) return null;
        string good = Names(met.Where(static row => IsCooperative(row))), bad = Names(met.Where(static row => !IsCooperative(row)));
        return good.Length == 0 ? $"blocks on {bad}" : $"cooperative on {good}{(bad.Length == 0 ? "" : $"; blocks on {bad}")}";
    }

    private static bool IsCooperative(ManifestRow row) => row.Action != ManifestAction.Refuse && row.Group != PatchGroups.File;

    private static string Names(IEnumerable<ManifestRow> rows)
    {
        string[] names = [.. rows.Select(static row => row.Type[(row.Type.LastIndexOf('.') + 1)..]).Distinct()];
        return names.Length > Shown ? $"{string.Join(", ", names[..Shown])} ..." : string.Join(", ", names);
    }

    private bool DerivesFrom(ManifestRow row, string ancestor)
    {
        for (Type? type = Load(row)?.BaseType; type is not null; type = type.BaseType)
        {
            if ((type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type).FullName == ancestor) return true;
        }
        return false;
    }

    /// <summary>Types of the class library only: nothing of the scanned assembly is loaded.</summary>
    private Type? Load(ManifestRow row)
    {
        if (_types.TryGetValue(row.Type, out Type? type)) return type;
        try
        {
            type = Assembly.Load(row.Assembly).GetType(row.Type, throwOnError: false);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            type = null;
        }
        return _types[row.Type] = type;
    }
}
