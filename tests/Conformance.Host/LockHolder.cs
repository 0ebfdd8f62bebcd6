namespace Patchy.Conformance;

/// <summary>A partner that is inside of a lock from the constructor on, until it is released or disposed.</summary>
internal sealed class LockHolder : IDisposable
{
    private readonly ManualResetEventSlim _taken = new();
    private readonly ManualResetEventSlim _go = new();
    private readonly Partner _partner;

    public LockHolder(PartnerKind kind, object gate)
    {
        _partner = Partner.Start(kind, () =>
        {
            lock (gate) Stay();
        });
        _taken.Wait();
    }

    /// <summary>The same statement, and for the compiler another one.</summary>
    public LockHolder(PartnerKind kind, Lock gate)
    {
        _partner = Partner.Start(kind, () =>
        {
            lock (gate) Stay();
        });
        _taken.Wait();
    }

    /// <summary>Lets it leave, and does not wait for that.</summary>
    public void Release() => _go.Set();

    /// <summary>Lets it leave, and waits for its end.</summary>
    public void Dispose()
    {
        _go.Set();
        _partner.Join();
        _go.Dispose();
        _taken.Dispose();
    }

    private void Stay()
    {
        _taken.Set();
        _go.Wait();
    }
}
