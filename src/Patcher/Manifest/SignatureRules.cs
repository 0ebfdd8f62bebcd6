using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Patchy.Manifest;

/// <summary>
/// When a static method can stand in for a target: the same registers and the same stack. Types of the class library that are not public
/// cannot be named, so object stands for any reference type, the base integer for an enum, and the field's type for a struct of one field.
/// </summary>
internal static class SignatureRules
{
    private const BindingFlags InstanceFields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Null when the replacement fits, else a sentence that says what differs.</summary>
    public static string? Mismatch(MethodBase target, MethodInfo replacement)
    {
        if (target.Equals(replacement)) return "the replacement is the target itself, and would only reach itself";
        if (replacement.IsGenericMethodDefinition) return $"the replacement {replacement.Name} is generic";
        ParameterInfo[] wanted = target.GetParameters(), offered = replacement.GetParameters();
        int first = target.IsStatic ? 0 : 1;
        if (offered.Length != wanted.Length + first)
            return $"the replacement has {offered.Length} parameters, but the target needs {wanted.Length + first}{(first == 1 ? " (\"this\" is the first)" : "")}";

        if (first == 1)
        {
            Type self = target.DeclaringType!;
            if (self.IsValueType) self = self.MakeByRefType();
            if (!CanStandFor(self, offered[0].ParameterType)) return Differs("\"this\"", self, offered[0].ParameterType);
        }
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!CanStandFor(wanted[i].ParameterType, offered[i + first].ParameterType))
                return Differs($"parameter {i + 1} ({wanted[i].Name})", wanted[i].ParameterType, offered[i + first].ParameterType);
        }
        Type result = target is MethodInfo method ? method.ReturnType : typeof(void);
        if (!CanStandFor(result, replacement.ReturnType)) return Differs("the result", result, replacement.ReturnType);

        // An instance method that returns a large struct gets "this" before the hidden buffer; a static one gets the buffer first.
        // What a wrapper of one field holds decides, at any depth.
        return first == 1 && !FitsRegister(result) ? $"the target is an instance method that returns the struct {TypeText.Of(result)}: a static method is entered differently" : null;
    }

    /// <summary>Null when the field can hold the original of the replacement.</summary>
    public static string? OriginalMismatch(FieldInfo field, MethodInfo replacement, bool unmanaged)
    {
        Type type = field.FieldType;
        string form = unmanaged ? "delegate* unmanaged" : "delegate*";
        if (field.IsInitOnly || !type.IsFunctionPointer || type.IsUnmanagedFunctionPointer != unmanaged)
            return $"the field {field.Name} must be a writable {form} field; it is {(field.IsInitOnly ? "readonly " : "")}{type}";
        Type[] held = type.GetFunctionPointerParameterTypes();
        ParameterInfo[] own = replacement.GetParameters();
        bool same = held.Length == own.Length && SameRegister(type.GetFunctionPointerReturnType(), replacement.ReturnType);
        for (int i = 0; same && i < own.Length; i++) same = SameRegister(held[i], own[i].ParameterType);
        return same ? null : $"the field {field.Name} holds {form} with other parameters than {replacement.Name}";
    }

    private static bool SameRegister(Type held, Type own) => CanStandFor(own, held) || CanStandFor(held, own);

    private static bool CanStandFor(Type target, Type replacement)
    {
        if (target == replacement) return true;
        if (target.IsByRef) return replacement.IsByRef && CanStandFor(target.GetElementType()!, replacement.GetElementType()!);
        if (replacement.IsByRef) return false;
        if (IsNativeWord(target) && IsNativeWord(replacement)) return true;
        if (!target.IsValueType) return !target.IsPointer && replacement == typeof(object);
        if (target.IsEnum) return replacement == target.GetEnumUnderlyingType();
        return OnlyField(target) is { } field && CanStandFor(field, replacement);
    }

    private static bool IsNativeWord(Type type) => type.IsPointer || type.IsFunctionPointer || type == typeof(nint) || type == typeof(nuint);

    private static bool FitsRegister(Type result)
    {
        if (result == typeof(void) || !result.IsValueType || result.IsPrimitive || result.IsEnum) return true;
        return OnlyField(result) is { } field && FitsRegister(field);
    }

    /// <summary>
    /// The field that is all of a struct, or null. An inline array repeats its one field; so does the struct behind a fixed buffer, by its size; and at an explicit offset
    /// a field need not be where the struct begins.
    /// </summary>
    private static Type? OnlyField(Type type)
    {
        if (!type.IsValueType || type.IsPrimitive) return null;
        FieldInfo[] fields = type.GetFields(InstanceFields);
        if (fields.Length != 1 || type.IsDefined(typeof(InlineArrayAttribute), inherit: false)) return null;
        return type.StructLayoutAttribute is { Value: not LayoutKind.Explicit, Size: 0 } ? fields[0].FieldType : null;
    }

    private static string Differs(string what, Type wanted, Type offered) => $"{what} is {TypeText.Of(wanted)} in the target but {TypeText.Of(offered)} in the replacement";
}
