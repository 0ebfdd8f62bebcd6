namespace Patchy.Conformance;

/// <summary>A second thread of a body.</summary>
public sealed class Partner
{
    private readonly Thread? _thread;
    private readonly Task? _task;
    private Exception? _error;

    private Partner(PartnerKind kind, Action body)
    {
        if (kind == PartnerKind.Native)
        {
            _task = Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return;
        }

        _thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                _error = e;
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public static Partner Start(PartnerKind kind, Action body) => new(kind, body);

    public static Partner Start(Action body) => new(PartnerKind.Thread, body);

    /// <summary>One that acts when the body is blocked where it is going to block.</summary>
    public static Partner Later(PartnerKind kind, Action body) => Start(kind, () =>
    {
        Outcome.Settle();
        body();
    });

    public static Partner Later(Action body) => Later(PartnerKind.Thread, body);

    /// <summary>Waits for the end and throws what the partner threw.</summary>
    public void Join()
    {
        _thread?.Join();
        _task?.GetAwaiter().GetResult();
        if (_error is not null) throw new InvalidOperationException("The partner failed: " + Outcome.Describe(_error), _error);
    }

    public static void JoinAll(params Partner[] partners)
    {
        foreach (Partner partner in partners) partner.Join();
    }
}
