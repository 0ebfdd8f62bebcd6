using System;
using System.Collections.Generic;
using System.Reflection;

namespace Patchy.Manifest;

/// <summary>
/// What a manifest says about a member: by reflection, or by the names in the metadata of an assembly that is not loaded. Immutable once
/// made, so that any thread may ask.
/// </summary>
internal sealed class ManifestIndex
{
    private const string Through = "through ";

    private readonly Dictionary<(string Assembly, string Type, string Member), ManifestRow> _rows = [];
    private readonly Dictionary<(string Type, string Name), List<ManifestRow>> _byName = [];

    public ManifestIndex(PatchManifest manifest)
    {
        foreach (ManifestRow row in manifest.Rows)
        {
            _rows.TryAdd((row.Assembly, row.Type, row.Member), row);
            var key = (row.Type, NameOf(row.Member));
            if (!_byName.TryGetValue(key, out List<ManifestRow>? overloads)) _byName.Add(key, overloads = []);
            overloads.Add(row);
        }
    }

    /// <summary>The row of a method, constructor or accessor, or that of its type; for an override without a row, what it overrides. Null: it is not of a type that can block.</summary>
    public ManifestRow? Find(MethodBase method)
    {
        if (method.DeclaringType is not { } type) return null;
        if (type.IsConstructedGenericType || (method.IsGenericMethod && !method.IsGenericMethodDefinition))
        {
            // Rows are about definitions.
            type = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
            if (MethodBase.GetMethodFromHandle(method.MethodHandle, type.TypeHandle) is not { } definition) return null;
            method = definition is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : definition;
        }
        string assembly = type.Assembly.GetName().Name ?? "", typeName = TypeText.Of(type);
        if (_rows.TryGetValue((assembly, typeName, MemberText(method)), out ManifestRow? row)) return row;
        if (_rows.TryGetValue((assembly, typeName, ManifestRow.WholeType), out row)) return row;
        return method is MethodInfo { IsVirtual: true } info && info.GetBaseDefinition() is { } overridden && overridden != info ? Find(overridden) : null;
    }

    /// <summary>
    /// The same by names, for a reference to a public member of the class library: that to its assembly may name a facade, and is not
    /// looked at. Type parameters are written "!0" (of the type) and "!!0" (of the method), as metadata has them.
    /// </summary>
    public ManifestRow? Find(string type, string member)
    {
        if (_byName.TryGetValue((type, NameOf(member)), out List<ManifestRow>? overloads))
        {
            foreach (ManifestRow row in overloads)
            {
                if (row.Member == member) return row;
            }
            foreach (ManifestRow row in overloads)
            {
                if (ReferenceText.Means(member, row.Member)) return row;
            }
        }
        return _byName.TryGetValue((type, ManifestRow.WholeType), out overloads) ? overloads[0] : null;
    }

    /// <summary>The row that decides: for one that says "through" another member of its type, that one's. Stream.ReadByte is what the override of Stream.Read is.</summary>
    public ManifestRow Behind(ManifestRow row)
    {
        const int MostSteps = 8; // a circle would be a slip in the manifest
        for (int i = 0; i < MostSteps; i++)
        {
            if (row is not { Action: ManifestAction.Inherits, Reason: { } reason } || !reason.StartsWith(Through, StringComparison.Ordinal)) return row;
            int end = reason.IndexOf(')', StringComparison.Ordinal);
            if (end < 0 || Find(row.Type, reason[Through.Length..(end + 1)]) is not { IsWholeType: false } next) return row;
            row = next;
        }
        return row;
    }

    /// <summary>What the compiler generated is written without the number at its end.</summary>
    private static string MemberText(MethodBase method)
    {
        string text = TypeText.Of(method);
        int bar = text[0] == '<' ? text.IndexOf('|', StringComparison.Ordinal) : -1;
        return bar < 0 ? text : $"{text.AsSpan(0, bar)}{text.AsSpan(text.IndexOf('(', bar))}";
    }

    private static string NameOf(string member) => member.IndexOf('(', StringComparison.Ordinal) is > 0 and int bracket ? member[..bracket] : member;
}
