using System;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Patchy.Backdoor;

/// <summary>Types as C# writes them, in full.</summary>
internal static class TypeText
{
    public static string Of(Type type)
    {
        var ranks = new StringBuilder();
        for (; type.IsArray; type = type.GetElementType()!) ranks.Append('[').Append(',', type.GetArrayRank() - 1).Append(']'); // the outermost first
        return Plain(type) + ranks;
    }

    /// <summary>An identifier that may be a word of the language.</summary>
    public static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static string Plain(Type type)
    {
        // The arguments of a nested type are those of the types around it, and its own.
        Type[] arguments = type.GetGenericArguments();
        var text = new StringBuilder("global::");
        if (!string.IsNullOrEmpty(type.Namespace)) text.AppendJoin('.', type.Namespace.Split('.').Select(Identifier)).Append('.');
        int given = 0;
        foreach (Type part in Nesting(type))
        {
            if (given > 0 || part.DeclaringType is not null) text.Append('.');
            text.Append(Identifier(part.Name.Split('`')[0]));
            int count = part.GetGenericArguments().Length;
            if (count > given) text.Append('<').AppendJoin(", ", arguments[given..count].Select(Of)).Append('>');
            given = count;
        }
        return text.ToString();
    }

    private static Type[] Nesting(Type type) => type.DeclaringType is { } outer ? [.. Nesting(outer), type] : [type];
}
