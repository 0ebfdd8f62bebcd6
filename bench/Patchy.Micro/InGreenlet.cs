namespace Patchy.Micro;

/// <summary>
/// What all benchmarks share. BenchmarkDotNet calls a benchmark on a native thread, so each call runs its loop in a greenlet on a hub of that thread; the spawn that this costs is spread over
/// <see cref="Operations"/>, which hides it from the allocation column but no allocation of the operation itself (24 bytes at least).
/// </summary>
public abstract class InGreenlet
{
    /// <summary>How often each call does what is measured.</summary>
    public const int Operations = 16_384;

    /// <summary>Runs the body in a greenlet; what it throws is thrown here.</summary>
    protected static void Run(Action body) => Greenlet.Spawn(body).Get();

    /// <summary>Runs two bodies in two greenlets of the same hub.</summary>
    protected static void Run(Action one, Action other)
    {
        Greenlet first = Greenlet.Spawn(one);
        Greenlet second = Greenlet.Spawn(other);
        first.Get();
        second.Get();
    }
}
