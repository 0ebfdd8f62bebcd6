namespace Patchy.Tests;

/// <summary>Errors of greenlets are kept instead of printed.</summary>
internal sealed class QuietErrors : IDisposable
{
    public QuietErrors() => HubErrors.Handler = (context, exception) => Seen.Add((context, exception));

    public List<(object? Context, Exception Exception)> Seen { get; } = [];

    public void Dispose() => HubErrors.Handler = null;
}
