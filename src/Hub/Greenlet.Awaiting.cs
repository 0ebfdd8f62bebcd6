using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy;

// The two ways across the border to async code: a greenlet as a task, and a task that a greenlet waits for.

public partial class Greenlet
{
    /// <summary>A task that ends as this greenlet does: with its error, if there is one. Killed by <see cref="GreenletExit"/> counts as success, as in <see cref="Get()"/>. May be called from any thread.</summary>
    public Task AsTask() => TaskLink<bool>.For(this, static _ => true);

    /// <summary>Lets async code <c>await</c> this greenlet; it goes on in the context that it came from, or on the thread pool, never on the carrier. May be called from any thread.</summary>
    public TaskAwaiter GetAwaiter() => AsTask().GetAwaiter();

    /// <summary>Waits until the task has ended and raises its error, if any; others run meanwhile, also without patching. A kill or a timeout ends the wait and leaves the task running. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub, and the task has not ended.</exception>
    public static void Await(Task task)
    {
        _ = WaitForTask(task, Deadline.Never);
        task.GetAwaiter().GetResult();
    }

    /// <summary>As the other, for a task with a result.</summary>
    public static T Await<T>(Task<T> task)
    {
        _ = WaitForTask(task, Deadline.Never);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>As the other, but waits at most for the given time.</summary>
    /// <exception cref="GreenletTimeout">The time passed first. The task goes on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static void Await(Task task, TimeSpan timeout)
    {
        if (!WaitForTask(task, Deadline.In(Checked(timeout)))) throw new GreenletTimeout(timeout);
        task.GetAwaiter().GetResult();
    }

    /// <summary>As the other, for a task with a result.</summary>
    /// <exception cref="GreenletTimeout">The time passed first. The task goes on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static T Await<T>(Task<T> task, TimeSpan timeout)
    {
        Await((Task)task, timeout);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    /// <exception cref="GreenletTimeout">That one, or its own exception. The task goes on.</exception>
    public static void Await(Task task, GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        timeout.Bound(task, static one => Await(one));
    }

    /// <summary>As the other, for a task with a result.</summary>
    /// <exception cref="GreenletTimeout">That one, or its own exception. The task goes on.</exception>
    public static T Await<T>(Task<T> task, GreenletTimeout timeout)
    {
        Await((Task)task, timeout);
        return task.GetAwaiter().GetResult();
    }

    private static bool WaitForTask(Task task, Deadline deadline)
    {
        ArgumentNullException.ThrowIfNull(task);
        while (!task.IsCompleted)
        {
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller(task);
            using var over = new TaskWait(task, link);
            ParkResult result = LinkWait.Park(link, deadline);
            LinkWait.RaiseIfInterrupted(link, result);
        }
        return true;
    }
}
