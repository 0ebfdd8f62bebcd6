using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Which wait handles Patchy can watch.</summary>
internal static class HandleKinds
{
    /// <summary>
    /// True when every signal of the handle passes through <see cref="CooperativeHandleSignals"/> and may be taken on any thread: events and
    /// semaphores, which have no names on Unix. A mutex belongs to a thread and may have a name, so that another process can free it;
    /// what any other class holds is not known.
    /// </summary>
    public static bool IsObservable(WaitHandle handle) => handle is EventWaitHandle or Semaphore;

    public static bool AreObservable(ReadOnlySpan<WaitHandle> handles)
    {
        foreach (WaitHandle handle in handles)
        {
            if (!IsObservable(handle)) return false;
        }
        return true;
    }
}
