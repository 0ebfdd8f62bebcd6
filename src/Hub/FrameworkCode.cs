using System;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy;

/// <summary>
/// Tells the framework's own assemblies (and Patchy's) from the user's: by their strong names, which a single-file application keeps, where an
/// assembly has no path.
/// </summary>
internal static class FrameworkCode
{
    // The keys that dotnet/runtime and dotnet/aspnetcore are signed with: ECMA, Microsoft's two, Open, and the shared ASP.NET one.
    private static readonly string[] s_keys = ["B77A5C561934E089", "B03F5F7F11D50A3A", "7CEC85D7BEA7798E", "CC7B13FFCD2DDD51", "ADB9793829DDAE60"];
    private static readonly ConditionalWeakTable<Assembly, object> s_known = [];

    /// <summary>May be called from any thread.</summary>
    public static bool Includes(Assembly assembly) => (bool)s_known.GetValue(assembly, static one => (object)Find(one));

    private static bool Find(Assembly assembly)
    {
        if (assembly == typeof(object).Assembly || assembly == typeof(FrameworkCode).Assembly) return true;
        AssemblyName name = assembly.GetName();
        if (assembly.IsDynamic || name.GetPublicKeyToken() is not { Length: 8 } token) return false;
        bool named = name.Name is { } text && (text.StartsWith("System.", StringComparison.Ordinal) || text.StartsWith("Microsoft.", StringComparison.Ordinal));
        return named && Array.IndexOf(s_keys, Convert.ToHexString(token)) >= 0;
    }
}
