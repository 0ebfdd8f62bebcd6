using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using Patchy.Sockets;

namespace Patchy.Manifest;

/// <summary>Finds the method that stands in for a target, and the field through which it reaches the original.</summary>
internal sealed class ReplacementResolver
{
    private const BindingFlags Statics = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private const string OriginalSuffix = "Original";
    private readonly Dictionary<string, Assembly> _assemblies = [];

    /// <exception cref="PatchException">There is no such method, or it cannot stand in for the target.</exception>
    public (MethodInfo Method, FieldInfo Original) Resolve(PatchManifest manifest, ManifestRow row, MethodBase target)
    {
        string text = row.Replacement!;
        int comma = text.LastIndexOf(','), dot = comma > 0 ? text.LastIndexOf('.', comma) : -1;
        if (dot <= 0) throw Wrong(manifest, row, $"\"{text}\" is not of the form \"Namespace.Type.Method, Assembly\"");
        string typeName = text[..dot], name = text[(dot + 1)..comma].Trim();

        Assembly assembly = FindAssembly(manifest, row, text[(comma + 1)..].Trim());
        Type type = assembly.GetType(typeName, throwOnError: false) ?? throw Wrong(manifest, row, $"{assembly.GetName().Name} has no type {typeName}");
        MemberInfo[] found = Array.FindAll(type.GetMember(name, MemberTypes.Method, Statics), member => member.Name == name); // a * at the end is a wildcard there
        if (found.Length != 1) throw Wrong(manifest, row, $"{typeName} has {(found.Length == 0 ? "no static method" : $"{found.Length} static methods")} {name}; there must be exactly one");
        var method = (MethodInfo)found[0];
        if (SignatureRules.Mismatch(target, method) is { } mismatch) throw Wrong(manifest, row, mismatch);

        FieldInfo original = type.GetField(name + OriginalSuffix, Statics)
            ?? throw Wrong(manifest, row, $"{typeName} has no static field {name}{OriginalSuffix}, through which the original is called");
        if (SignatureRules.OriginalMismatch(original, method, row.Mechanism == ManifestMechanism.Slot) is { } wrong) throw Wrong(manifest, row, wrong);
        return (method, original);
    }

    private Assembly FindAssembly(PatchManifest manifest, ManifestRow row, string name)
    {
        if (_assemblies.TryGetValue(name, out Assembly? assembly)) return assembly;
        try
        {
            assembly = OfPatchy(name) ?? Assembly.Load(name);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ArgumentException)
        {
            throw Wrong(manifest, row, $"the assembly {name} of the replacement cannot be loaded ({e.Message})");
        }
        _assemblies.Add(name, assembly);
        return assembly;
    }

    /// <summary>
    /// Patchy's own: a host that loads assemblies into contexts of its own (C# scripting gives each one a context) knows them by their whole
    /// names only, and would not find them by the simple one.
    /// </summary>
    private static Assembly? OfPatchy(string name) => name switch
    {
        "Patchy" => typeof(Patch).Assembly,
        "Patchy.Hub" => typeof(Hub).Assembly,
        "Patchy.Sockets" => OfSockets(),
        _ => null,
    };

    [MethodImpl(MethodImplOptions.NoInlining)] // loaded only when something of it is patched
    private static Assembly OfSockets() => typeof(CooperativeDns).Assembly;

    private static PatchException Wrong(PatchManifest manifest, ManifestRow row, string what) =>
        new($"{manifest.Name}, line {row.Line}, {row.Target}: {what}. Correct the row or its replacement ({row.Replacement}). Nothing was patched.");
}
