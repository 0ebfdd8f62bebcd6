namespace Patchy.Backdoor.Tests;

/// <summary>What the hub of the test is told of errors, instead of printing them.</summary>
internal sealed class Errors : IDisposable
{
    private readonly Hub _hub = Hub.Current;
    private readonly List<(object? Context, Exception Exception)> _all = [];

    public Errors() => _hub.ErrorHandler = (context, exception) =>
    {
        lock (_all) _all.Add((context, exception));
    };

    public IReadOnlyList<(object? Context, Exception Exception)> All
    {
        get
        {
            lock (_all) return [.. _all];
        }
    }

    public IEnumerable<Exception> Exceptions => All.Select(static error => error.Exception);

    public void Dispose() => _hub.ErrorHandler = null;
}
