namespace Patchy.Tests;

/// <summary>Errors of greenlets are kept instead of printed.</summary>
internal sealed class QuietErrors : IDisposable
{
    private readonly List<(object? Context, Exception Exception)> _seen = []; // also its lock: several threads may have errors at once

    public QuietErrors() => HubErrors.Handler = (context, exception) =>
    {
        lock (_seen) _seen.Add((context, exception));
    };

    /// <summary>Those until now.</summary>
    public IReadOnlyList<(object? Context, Exception Exception)> Seen
    {
        get
        {
            lock (_seen) return [.. _seen];
        }
    }

    public void Dispose() => HubErrors.Handler = null;
}
