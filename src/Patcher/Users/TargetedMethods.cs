using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Patchy.Images;
using Patchy.Manifest;
using Patchy.Session;

namespace Patchy.Users;

/// <summary>Replacements that carry a PatchTargetAttribute, checked as the rows of a manifest are.</summary>
internal static class TargetedMethods
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private const string OriginalSuffix = "Original";

    /// <exception cref="PatchException">A target is not there, or its replacement does not fit.</exception>
    public static List<PlannedPatch> Of(IEnumerable<Type> types, string owner)
    {
        var found = new List<PlannedPatch>();
        foreach (Type type in types)
        {
            foreach (MethodInfo method in type.GetMethods(Everything))
            {
                if (method.GetCustomAttribute<PatchTargetAttribute>() is { } target) found.Add(Plan(method, target, owner));
            }
        }
        return found;
    }

    private static PlannedPatch Plan(MethodInfo replacement, PatchTargetAttribute attribute, string owner)
    {
        MethodBase target = Target(replacement, attribute);
        if (!replacement.IsStatic) throw Wrong(replacement, "it is not static");
        if (SignatureRules.Mismatch(target, replacement) is { } mismatch) throw Wrong(replacement, mismatch);
        bool native = (target.Attributes & MethodAttributes.PinvokeImpl) != 0;
        Assembly home = replacement.DeclaringType!.Assembly, place = target.DeclaringType!.Assembly;
        var row = new ManifestRow
        {
            Assembly = place.GetName().Name ?? "",
            Type = TypeText.Of(target.DeclaringType),
            Member = TypeText.Of(target),
            Action = ManifestAction.Patch,
            Mechanism = native ? ManifestMechanism.Slot : ManifestMechanism.Cell,
            Replacement = $"{replacement.DeclaringType.FullName}.{replacement.Name}, {home.GetName().Name}",
        };
        return new PlannedPatch(row, target, replacement, Original(replacement, target, native)) { Owner = owner, Inlined = InliningRecord.Of(target) };
    }

    private static MethodBase Target(MethodInfo replacement, PatchTargetAttribute attribute)
    {
        Type type = attribute.Type ?? Named(replacement, attribute.TypeName ?? "");
        bool constructor = attribute.Method is ".ctor" or ".cctor";
        MemberInfo[] named = type.GetMember(attribute.Method, constructor ? MemberTypes.Constructor : MemberTypes.Method, Everything);
        named = Array.FindAll(named, member => member.Name == attribute.Method); // a * at the end of a name is a wildcard there
        if (named.Length == 0) throw Wrong(replacement, $"{type} has no method {attribute.Method} of its own");
        if (named.Length == 1 && attribute.Parameters.Length == 0) return (MethodBase)named[0];
        MethodBase[] fitting = Array.FindAll(Array.ConvertAll(named, static member => (MethodBase)member), method => Fits(method, attribute.Parameters));
        if (fitting.Length == 1) return fitting[0];
        string overloads = string.Join(" and ", Array.ConvertAll(named, static member => TypeText.Of((MethodBase)member)));
        throw Wrong(replacement, $"{type} has {overloads}: {(fitting.Length == 0 ? "none has" : "more than one has")} the parameters that the attribute names");
    }

    private static Type Named(MethodInfo replacement, string name)
    {
        string reason = "";
        try
        {
            if (Type.GetType(name, throwOnError: false) is { } type) return type;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ArgumentException or TypeLoadException)
        {
            reason = $" ({e.Message})"; // throwOnError is about the type: of a name or an assembly that is no good it throws all the same
        }
        throw Wrong(replacement, $"there is no type \"{name}\"{reason}; write \"Namespace.Type, Assembly\"");
    }

    /// <summary>An attribute cannot name a type by reference: the plain one stands for it.</summary>
    private static bool Fits(MethodBase method, Type[] parameters)
    {
        ParameterInfo[] own = method.GetParameters();
        if (own.Length != parameters.Length) return false;
        for (int i = 0; i < own.Length; i++)
        {
            Type type = own[i].ParameterType;
            if (type != parameters[i] && !(type.IsByRef && type.GetElementType() == parameters[i])) return false;
        }
        return true;
    }

    private static FieldInfo? Original(MethodInfo replacement, MethodBase target, bool native)
    {
        FieldInfo? field = replacement.DeclaringType!.GetField(replacement.Name + OriginalSuffix, Everything);
        if (field is null) return null;
        if (!field.IsStatic || field.IsInitOnly) throw Wrong(replacement, $"its field {field.Name} must be static and writable");
        string? mismatch = !typeof(Delegate).IsAssignableFrom(field.FieldType) ? SignatureRules.OriginalMismatch(field, replacement, native)
            : native ? $"the original of a P/Invoke is a delegate* unmanaged, not a delegate as in the field {field.Name}"
            : OriginalPointers.Mismatch(field.FieldType, target) is { } differs ? $"in the field {field.Name}, {differs}" : null;
        return mismatch is null ? field : throw Wrong(replacement, mismatch);
    }

    private static PatchException Wrong(MethodInfo replacement, string what) =>
        new($"{replacement.DeclaringType?.FullName}.{replacement.Name}: {what}. Correct the replacement or its [PatchTarget]. Nothing was patched.");
}
