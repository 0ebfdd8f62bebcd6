using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace Patchy.Manifest;

/// <summary>Finds the member of the running class library that a row means: exactly that overload or none.</summary>
internal sealed class TargetResolver
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private readonly Dictionary<string, Assembly> _assemblies = [];

    /// <exception cref="PatchException">This runtime has no such member; the message lists what it has.</exception>
    public MethodBase Resolve(PatchManifest manifest, ManifestRow row)
    {
        Assembly assembly = FindAssembly(manifest, row);
        Type type = assembly.GetType(row.Type, throwOnError: false) ?? throw Moved(manifest, row, $"{Describe(assembly)} has no type {row.Type}");
        int bracket = row.Member.IndexOf('(', StringComparison.Ordinal);
        string name = row.Member[..bracket], parameters = row.Member[bracket..];
        int tick = name[0] == '<' ? -1 : name.IndexOf('`', StringComparison.Ordinal), typeParameters = 0;
        if (tick > 0 && int.TryParse(name.AsSpan(tick + 1), System.Globalization.CultureInfo.InvariantCulture, out typeParameters)) name = name[..tick];

        // The compiler numbers what it generates ("<Join>g____PInvoke|56_0"); the number is left out here, because it moves with each edit.
        MemberInfo[] candidates = name[0] == '<' ? type.GetMember($"{name}|*", MemberTypes.Method, Everything)
            : type.GetMember(name, name[0] == '.' ? MemberTypes.Constructor : MemberTypes.Method, Everything);
        if (name[0] != '<') candidates = Array.FindAll(candidates, candidate => candidate.Name == name); // a * at the end of a name is a wildcard there
        MethodBase? found = null;
        foreach (MemberInfo candidate in candidates)
        {
            if (candidate is not MethodBase method || TypeText.Parameters(method) != parameters) continue;
            if ((method.IsGenericMethod ? method.GetGenericArguments().Length : 0) != typeParameters) continue;
            if (found is not null) throw Moved(manifest, row, "more than one member fits");
            found = method;
        }
        if (found is not null) return found;

        string overloads = candidates.Length == 0 ? $"{row.Type} has no member of that name"
            : $"{row.Type} has {string.Join(" and ", Array.ConvertAll(candidates, static candidate => TypeText.Of((MethodBase)candidate)))}, but not with these parameters";
        throw Moved(manifest, row, overloads);
    }

    private Assembly FindAssembly(PatchManifest manifest, ManifestRow row)
    {
        if (_assemblies.TryGetValue(row.Assembly, out Assembly? assembly)) return assembly;
        try
        {
            assembly = row.Assembly == "System.Private.CoreLib" ? typeof(object).Assembly : Assembly.Load(row.Assembly);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            throw Moved(manifest, row, $"the assembly {row.Assembly} cannot be loaded ({e.Message})");
        }
        _assemblies.Add(row.Assembly, assembly);
        return assembly;
    }

    private static string Describe(Assembly assembly) => $"{assembly.GetName().Name} {assembly.GetName().Version}";

    private static PatchException Moved(PatchManifest manifest, ManifestRow row, string found) => new(
        $"{manifest.Name}, line {row.Line}, {row.Target}: {found} (on {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}). " +
        "This manifest was written for another version of .NET: use a Patchy that supports this one, or correct the row. Nothing was patched.");
}
