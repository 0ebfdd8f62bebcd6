namespace Patchy.Bench;

/// <summary>The classes of this program that implement an interface: a new word or comparison is one new file.</summary>
internal static class Found
{
    public static IEnumerable<T> All<T>() => typeof(Found).Assembly.GetTypes()
        .Where(t => typeof(T).IsAssignableFrom(t) && t is { IsAbstract: false, IsInterface: false })
        .Select(t => (T)Activator.CreateInstance(t)!);
}
