using System;
using System.Reflection;
using System.Text;

namespace Patchy.Manifest;

/// <summary>Types and members as a manifest writes them: "ReceiveFrom(System.Memory&lt;System.Byte&gt;,System.Int32&amp;)".</summary>
internal static class TypeText
{
    /// <summary>A generic method has the number of its type parameters after its name, as types have: "FromException`1(System.Exception)".</summary>
    public static string Of(MethodBase method) => $"{method.Name}{(method.IsGenericMethod ? $"`{method.GetGenericArguments().Length}" : "")}{Parameters(method)}";

    public static string Parameters(MethodBase method)
    {
        var text = new StringBuilder("(");
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            if (text.Length > 1) text.Append(',');
            Append(text, parameter.ParameterType);
        }
        return text.Append(')').ToString();
    }

    public static string Of(Type type)
    {
        if (!type.HasElementType && !type.IsConstructedGenericType && type.FullName is { } simple) return simple;
        var text = new StringBuilder();
        Append(text, type);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Type type)
    {
        if (type.HasElementType)
        {
            Append(text, type.GetElementType()!);
            text.Append(type.IsByRef ? "&" : type.IsPointer ? "*" : $"[{new string(',', type.GetArrayRank() - 1)}]");
        }
        else if (type.IsGenericType)
        {
            // Inside of its own definition a generic type is that definition: written with its parameters too.
            string name = type.GetGenericTypeDefinition().FullName!;
            text.Append(name, 0, name.IndexOf('`', StringComparison.Ordinal)).Append('<');
            Type[] arguments = type.GetGenericArguments();
            for (int i = 0; i < arguments.Length; i++)
            {
                if (i > 0) text.Append(',');
                Append(text, arguments[i]);
            }
            text.Append('>');
        }
        else
        {
            text.Append(type.FullName ?? type.Name);
        }
    }
}
