using System;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy;

/// <summary>Wakes one wait when a task has ended; disposed of, it leaves nothing with the task, which may never end while thousands wait for it in vain.</summary>
internal sealed class TaskWait : IDisposable
{
    private readonly CancellationTokenSource _over = new();

    public TaskWait(Task task, Link link) =>
        task.ContinueWith(static (_, link) => ((Link)link!).Wake(), link, _over.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }
}
