using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Docs.Tests.Gevent;

/// <summary>What the assemblies of Patchy offer in public, by the names that the documents use.</summary>
internal static class PublicSurface
{
    private const BindingFlags Visible = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] s_ofEveryObject = ["ToString", "Equals", "GetHashCode", "Dispose", "GetEnumerator", "Message", "Finalize"];

    /// <summary>By their name without arity: AsyncResult, not AsyncResult`1. Types of one name (Greenlet, Greenlet&lt;T&gt;) are one entry.</summary>
    public static ILookup<string, Type> Types { get; } = Assemblies().SelectMany(static assembly => assembly.GetExportedTypes()).ToLookup(Name);

    public static string Name(Type type) => type.Name.Split('`')[0];

    /// <summary>Type, or Type.Member, also an inherited one.</summary>
    public static bool Has(string name)
    {
        string[] parts = name.Split('.');
        return parts.Length switch
        {
            1 => Types.Contains(parts[0]),
            2 => Types[parts[0]].Any(type => Family(type).Any(member => Members(member).Contains(parts[1]))),
            _ => false,
        };
    }

    /// <summary>What users may call or override that the type itself declares, without constructors and what every object has.</summary>
    public static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return type.GetEnumNames();
        return type.GetMembers(Visible).Where(IsForUsers).Select(static member => member.Name).Except(s_ofEveryObject).Distinct();
    }

    /// <summary>The type, what it derives from and what it implements.</summary>
    public static IEnumerable<Type> Family(Type type)
    {
        for (Type? at = type; at is not null; at = at.BaseType) yield return at;
        foreach (Type face in type.GetInterfaces()) yield return face;
    }

    private static bool IsForUsers(MemberInfo member) => member switch
    {
        MethodBase { IsSpecialName: true } or ConstructorInfo => false,
        MethodInfo method when IsOverrideOfOthers(method) => false,
        MethodBase method => IsForUsers(method) && !method.Name.Contains('.', StringComparison.Ordinal),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsForUsers) && !property.Name.Contains('.', StringComparison.Ordinal),
        EventInfo @event => @event.AddMethod is { } add && IsForUsers(add),
        FieldInfo field => (field.IsPublic || field.IsFamily) && field.GetCustomAttribute<CompilerGeneratedAttribute>() is null,
        _ => false,
    };

    /// <summary>What a type overrides of the class library's is in the class library's documents.</summary>
    private static bool IsOverrideOfOthers(MethodInfo method) =>
        method.GetBaseDefinition().DeclaringType is { } owner && owner != method.DeclaringType && !owner.Namespace!.StartsWith("Patchy", StringComparison.Ordinal);

    private static bool IsForUsers(MethodBase method) => method.IsPublic || (!method.DeclaringType!.IsSealed && (method.IsFamily || method.IsFamilyOrAssembly));

    private static IEnumerable<Assembly> Assemblies() => [typeof(Hub).Assembly, typeof(Patch).Assembly, Assembly.Load("Patchy.Sockets"), Assembly.Load("Patchy.AspNetCore"), Assembly.Load("Patchy.Backdoor")];
}
