using System;
using System.Collections.Generic;
using System.Dynamic;
using System.Linq;
using System.Reflection;

namespace Patchy.Backdoor;

/// <summary>
/// An object whose type is not public, so that code in a session cannot name it: the types of most programs are so. It is a <c>dynamic</c> there, whose members, public or not, are looked up when they are used; what
/// they give is wrapped likewise.
/// </summary>
internal sealed class HiddenObject(object target) : DynamicObject
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.FlattenHierarchy | BindingFlags.OptionalParamBinding | BindingFlags.DoNotWrapExceptions;

    public object Target => target;

    public static object? Wrap(object? value) => value is null or HiddenObject || value.GetType().IsVisible ? value : new HiddenObject(value);

    public static object? Unwrap(object? value) => value is HiddenObject hidden ? hidden.Target : value;

    public override bool TryGetMember(GetMemberBinder binder, out object? result) => TryInvoke(binder.Name, BindingFlags.GetProperty | BindingFlags.GetField, [], out result);

    public override bool TrySetMember(SetMemberBinder binder, object? value) => TryInvoke(binder.Name, BindingFlags.SetProperty | BindingFlags.SetField, [value], out _);

    public override bool TryInvokeMember(InvokeMemberBinder binder, object?[]? args, out object? result) => TryInvoke(binder.Name, BindingFlags.InvokeMethod, args ?? [], out result);

    public override bool TryGetIndex(GetIndexBinder binder, object[] indexes, out object? result) => TryInvoke(Indexer, BindingFlags.GetProperty, indexes, out result);

    public override bool TrySetIndex(SetIndexBinder binder, object[] indexes, object? value) => TryInvoke(Indexer, BindingFlags.SetProperty, [.. indexes, value], out _);

    public override bool TryConvert(ConvertBinder binder, out object? result)
    {
        result = target;
        return binder.Type.IsInstanceOfType(target);
    }

    public override IEnumerable<string> GetDynamicMemberNames() => target.GetType().GetMembers(Members).Select(static member => member.Name).Distinct();

    public override string? ToString() => target.ToString();

    private string Indexer => target.GetType().GetCustomAttribute<DefaultMemberAttribute>()?.MemberName ?? "Item";

    /// <summary>False when there is no such member: the caller gets the binder's error, which names it.</summary>
    private bool TryInvoke(string name, BindingFlags kind, object?[] arguments, out object? result)
    {
        result = null;
        object?[] plain = [.. arguments.Select(Unwrap)];

        // A private member of a base class is not among those of the type.
        for (Type? type = target.GetType(); type is not null; type = type.BaseType)
        {
            try
            {
                result = Wrap(type.InvokeMember(name, Members | kind, binder: null, target, plain, culture: null));
                return true;
            }
            catch (MissingMemberException) when (type.GetMember(name, Members).Length == 0)
            {
            }
        }
        return false;
    }
}
