using System;
using System.Threading.Tasks;

namespace Patchy.Pools;

/// <summary>A task of a <see cref="NativeThreadExecutor"/>. It keeps its context and its error itself.</summary>
internal sealed class ScheduledJob(NativeThreadExecutor executor, Task task) : NativeJob(context: null)
{
    public override Exception? Deliver() => null;

    protected override void Execute() => executor.Execute(task);
}
