using System.Reflection;

namespace Patchy.Conformance;

/// <summary>One body with its arguments, found by reflection.</summary>
public sealed record BodyCase(string Group, string Name, BodyAttribute Terms, MethodInfo Method, object? Kind)
{
    /// <summary>All bodies of a group, in source order. A group is a static class whose name ends in "Bodies".</summary>
    public static IReadOnlyList<BodyCase> Of(string group)
    {
        Type type = Groups().SingleOrDefault(t => GroupName(t) == group) ?? throw new ArgumentException($"There is no group '{group}'.", nameof(group));
        return [.. Expand(type)];
    }

    /// <summary>Runs the group's method Prepare, if it has one, before the process is patched: surroundings that the first use of a class fixes for good.</summary>
    public static void Prepare(string group) =>
        Groups().Single(t => GroupName(t) == group).GetMethod("Prepare", BindingFlags.Static | BindingFlags.Public)?.Invoke(null, null);

    /// <summary>Every body there is.</summary>
    public static IReadOnlyList<BodyCase> All() => [.. Groups().OrderBy(t => t.Name, StringComparer.Ordinal).SelectMany(Expand)];

    /// <summary>The bodies of the groups that are about sockets, as far as they run in that mode.</summary>
    public static IReadOnlyList<BodyCase> OfSockets(HostMode mode) =>
    [
        .. Groups().Where(t => t.GetCustomAttribute<SocketsAttribute>() is { } sockets && (sockets.Reader || mode == HostMode.SlowPath))
            .OrderBy(t => t.Name, StringComparer.Ordinal).SelectMany(Expand).Where(b => b.RunsIn(mode)),
    ];

    public bool RunsIn(HostMode mode) => mode switch
    {
        HostMode.NativeWithReader or HostMode.FiberWithReader => Terms.NoReader is null,
        HostMode.SlowPath => Terms.NoSlowPath is null,
        _ => true,
    };

    public void Run(Outcome outcome)
    {
        try
        {
            Method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, Kind is null ? [outcome] : [outcome, Kind], null);
        }
        catch (Exception e)
        {
            outcome.Say("the body threw " + Outcome.Describe(e));
        }
    }

    private static IEnumerable<Type> Groups() => typeof(BodyCase).Assembly.GetTypes().Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Bodies", StringComparison.Ordinal));

    private static string GroupName(Type type) => type.Name[..^"Bodies".Length];

    private static IEnumerable<BodyCase> Expand(Type type)
    {
        foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(m => m.MetadataToken))
        {
            if (method.GetCustomAttribute<BodyAttribute>() is not { } terms) continue;
            if (method.GetParameters().Length == 1)
            {
                yield return new BodyCase(GroupName(type), method.Name, terms, method, null);
                continue;
            }

            foreach (object kind in Enum.GetValues(method.GetParameters()[1].ParameterType))
                yield return new BodyCase(GroupName(type), $"{method.Name}/{kind}", terms, method, kind);
        }
    }
}
