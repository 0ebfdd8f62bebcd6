using System;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Threading;

/// <summary>The native handles of some wait handles, kept open (as the runtime does) until they are released.</summary>
internal readonly struct ReferencedHandles
{
    private readonly SafeWaitHandle[] _safe;

    /// <exception cref="ObjectDisposedException">One of them is closed.</exception>
    public ReferencedHandles(ReadOnlySpan<WaitHandle> handles)
    {
        _safe = new SafeWaitHandle[handles.Length];
        Values = new nint[handles.Length];
        int taken = 0;
        try
        {
            for (; taken < handles.Length; taken++)
            {
                SafeWaitHandle safe = handles[taken].SafeWaitHandle;
                bool added = false;
                safe.DangerousAddRef(ref added);
                _safe[taken] = safe;
                Values[taken] = safe.DangerousGetHandle();
            }
        }
        catch
        {
            while (taken > 0) _safe[--taken].DangerousRelease();
            throw;
        }
    }

    public nint[] Values { get; }

    public void Release()
    {
        foreach (SafeWaitHandle safe in _safe) safe.DangerousRelease();
    }
}
