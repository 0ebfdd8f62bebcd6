using System.Collections.Concurrent;

namespace Patchy.Bench.Soak;

/// <summary>What all share: things to fight for, counters, the first error.</summary>
internal sealed class SoakState(int seed)
{
    public const int PermitCount = 5;

    public readonly object Gate = new();
    public readonly Lock NewGate = new();
    public readonly SemaphoreSlim Permits = new(PermitCount);
    public readonly Mutex Mutex = new();
    public readonly ReaderWriterLockSlim ReaderWriter = new();
    public readonly ConcurrentDictionary<string, long> Counters = new();

    public int Seed { get; } = seed;

    public volatile bool Stop;
    public volatile bool Ended;

    /// <summary>Only inside Gate, without interlocked: an exclusion that fails shows here.</summary>
    public int Inside;
    public long Locked;
    public long LockedExactly;

    /// <summary>Only inside NewGate.</summary>
    public int NewInside;

    public int PermitsTaken;
    public int Writers;

    private string? _firstError;
    private int _errors;

    public string? FirstError => Volatile.Read(ref _firstError);

    public int ErrorCount => Volatile.Read(ref _errors);

    public void Fail(string where, string what)
    {
        Interlocked.Increment(ref _errors);
        Interlocked.CompareExchange(ref _firstError, $"{where}: {what}", null);
    }

    public void Count(string name) => Counters.AddOrUpdate(name, 1, static (_, old) => old + 1);
}
