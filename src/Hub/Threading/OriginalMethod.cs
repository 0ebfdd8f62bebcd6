using System;
using System.Reflection;

namespace Patchy.Threading;

/// <summary>
/// Entry points of BCL methods, for the original pointers of replacements that are called while nothing is patched. When a method is
/// patched the pointer of its intact body takes the place of what is found here.
/// </summary>
internal static class OriginalMethod
{
    private const BindingFlags Any =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The entry of <paramref name="name"/> with exactly these parameter types.</summary>
    /// <exception cref="MissingMethodException">This runtime has no such method: Patchy was not made for it.</exception>
    public static nint Of(Type type, string name, params Type[] parameters) => Entry(type.GetMethod(name, Any, parameters), type, name);

    /// <summary>As above, for a method whose parameter types cannot all be named: the one of that name with that many parameters.</summary>
    public static nint Of(Type type, string name, int parameterCount)
    {
        MethodInfo? found = null;
        foreach (MethodInfo method in type.GetMethods(Any))
        {
            if (method.Name == name && method.GetParameters().Length == parameterCount) found = method;
        }
        return Entry(found, type, name);
    }

    private static nint Entry(MethodInfo? method, Type type, string name) =>
        method?.MethodHandle.GetFunctionPointer() ?? throw new MissingMethodException(
            $"The runtime {Environment.Version} has no {type}.{name} of the shape that Patchy replaces. Use a runtime that Patchy supports, or a newer Patchy.");
}
