namespace Patchy.Tests;

/// <summary>Errors of greenlets are kept instead of printed.</summary>
internal sealed class QuietErrors : IDisposable
{
    public QuietErrors() => HubErrors.Handler = (greenlet, exception) => Seen.Add((greenlet, exception));

    public List<(Greenlet Greenlet, Exception Exception)> Seen { get; } = [];

    public void Dispose() => HubErrors.Handler = null;
}
