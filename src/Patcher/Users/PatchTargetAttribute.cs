using System;

namespace Patchy;

/// <summary>
/// Marks a static method as the replacement of another one; <see cref="Patch.Methods(Type, string?)"/> applies it. Its parameters are those of the target, with the object first
/// for an instance method; object may stand for a type that cannot be named. A static field named after it with "Original" at the end, of a delegate or
/// function-pointer type, is given the original; or ask <see cref="Patch.GetOriginal{TDelegate}(System.Reflection.MethodBase)"/>. For a P/Invoke it is marked
/// [UnmanagedCallersOnly]. The counterpart of Harmony's HarmonyPatch.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PatchTargetAttribute : Attribute
{
    /// <summary>Replaces a method of a type that can be named.</summary>
    /// <param name="type">The type that declares it.</param>
    /// <param name="method">Its name; "get_Name" for a property, ".ctor" for a constructor.</param>
    /// <param name="parameters">The types of its parameters, without ref and out. May be left out when there is only one overload; of several it means the one without parameters.</param>
    public PatchTargetAttribute(Type type, string method, params Type[] parameters)
    {
        Type = type;
        Method = method;
        Parameters = parameters;
    }

    /// <summary>Replaces a method of a type that is not public.</summary>
    /// <param name="typeName">"Namespace.Type, Assembly"; a nested type with "+".</param>
    /// <param name="method">As for the other.</param>
    /// <param name="parameters">As for the other.</param>
    public PatchTargetAttribute(string typeName, string method, params Type[] parameters)
    {
        TypeName = typeName;
        Method = method;
        Parameters = parameters;
    }

    /// <summary>The type that declares the target, when it was given as a type.</summary>
    public Type? Type { get; }

    /// <summary>Its name with its assembly, when it was given by name.</summary>
    public string? TypeName { get; }

    /// <summary>The name of the target.</summary>
    public string Method { get; }

    /// <summary>The types of its parameters.</summary>
    public Type[] Parameters { get; }
}
