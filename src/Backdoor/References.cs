using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Patchy.Backdoor;

/// <summary>What code in a session may refer to: every assembly that the process has loaded. Those of the framework that it has not are known to the scripting engine.</summary>
internal static class References
{
    // One for each file for good: it holds the file's metadata in memory.
    private static readonly ConcurrentDictionary<string, MetadataReference> s_byPath = new(StringComparer.Ordinal);

    /// <summary>False in a program that is a single file.</summary>
    public static bool CanBeFound => PathOf(typeof(object).Assembly) is not null;

    /// <summary>With the references for the compiler. Of two assemblies of one name the first counts: the compiler takes no two. May be called from any thread.</summary>
    public static IEnumerable<(Assembly Assembly, MetadataReference Reference)> Loaded()
    {
        _ = typeof(Microsoft.CSharp.RuntimeBinder.Binder).Assembly; // for dynamic: loaded by its being named here
        foreach ((Assembly assembly, string path) in Files()) yield return (assembly, s_byPath.GetOrAdd(path, static path => MetadataReference.CreateFromFile(path)));
    }

    /// <summary>Whether code can name the types of that assembly: not when it is only in memory. May be called from any thread.</summary>
    public static bool Include(Assembly assembly)
    {
        foreach ((Assembly known, _) in Files())
            if (known == assembly) return true;
        return false;
    }

    private static IEnumerable<(Assembly Assembly, string Path)> Files()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            if (!assembly.IsDynamic && PathOf(assembly) is { } path && names.Add(Path.GetFileNameWithoutExtension(path))) yield return (assembly, path);
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "That there may be none is what is asked.")]
    private static string? PathOf(Assembly assembly) => assembly.Location is { Length: > 0 } path && File.Exists(path) ? path : null;
}
