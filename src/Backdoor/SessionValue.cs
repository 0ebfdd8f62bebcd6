using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;

namespace Patchy.Backdoor;

/// <summary>A variable that sessions begin with. Its type is what code can call it: where the own type of the value is not public the declared one; null when that is none, either.</summary>
internal sealed record SessionValue(string Name, object? Value, Type? Type)
{
    private static readonly HashSet<string> s_taken = [.. typeof(BackdoorSession).GetMembers(BindingFlags.Public | BindingFlags.Instance).Select(static member => member.Name)];

    /// <summary>From what the constructor of the server is given.</summary>
    /// <exception cref="ArgumentException">A name that cannot be one of a variable.</exception>
    public static IReadOnlyList<SessionValue> AllOf(object? locals)
    {
        SessionValue[] values = [.. locals switch
        {
            null => [],
            IEnumerable<KeyValuePair<string, object?>> pairs => pairs.Select(static pair => Of(pair.Key, pair.Value, typeof(object))),
            IDictionary dictionary => OfEntries(dictionary),
            _ => OfMembers(locals),
        }];
        foreach (SessionValue value in values) Check(value.Name);
        return values;
    }

    /// <summary>What code sees.</summary>
    public object? Visible => Type is null ? HiddenObject.Wrap(Value) : Value;

    public static IReadOnlyDictionary<string, object?> ByName(IReadOnlyList<SessionValue> values) => values.ToDictionary(static value => value.Name, static value => value.Value);

    private static IEnumerable<SessionValue> OfEntries(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
            yield return entry.Key is string name ? Of(name, entry.Value, typeof(object)) : throw new ArgumentException($"The names of variables are texts, and not {entry.Key.GetType()}.", nameof(dictionary));
    }

    private static IEnumerable<SessionValue> OfMembers(object holder)
    {
        foreach (MemberInfo member in holder.GetType().GetMembers(BindingFlags.Public | BindingFlags.Instance))
        {
            if (member is PropertyInfo { CanRead: true } property && property.GetIndexParameters().Length == 0) yield return Of(property.Name, property.GetValue(holder), property.PropertyType);
            else if (member is FieldInfo field) yield return Of(field.Name, field.GetValue(holder), field.FieldType);
        }
    }

    private static SessionValue Of(string name, object? value, Type declared)
    {
        Type type = value?.GetType() ?? declared;
        if (IsNameable(type)) return new SessionValue(name, value, type);
        if (declared != typeof(object) && IsNameable(declared)) return new SessionValue(name, value, declared);
        return new SessionValue(name, value, null);
    }

    private static bool IsNameable(Type type) => type.IsVisible && type is { IsPointer: false, IsByRefLike: false, IsFunctionPointer: false } && IsKnown(type);

    private static bool IsKnown(Type type) =>
        type.HasElementType ? IsNameable(type.GetElementType()!) : References.Include(type.Assembly) && type.GetGenericArguments().All(IsKnown);

    private static void Check(string name)
    {
        if (!SyntaxFacts.IsValidIdentifier(name)) throw new ArgumentException($"\"{name}\" cannot be the name of a variable: it is no C# identifier.");
        if (s_taken.Contains(name)) throw new ArgumentException($"\"{name}\" cannot be the name of a variable: every session has a member {nameof(BackdoorSession)}.{name}.");
    }
}
