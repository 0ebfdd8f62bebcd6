using System;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy.Pools;

/// <summary>
/// A task of a <see cref="NativeThreadExecutor"/>: async code awaits it, and greenlets wait for it as for anything that is <see cref="ILinkable"/>. The counterpart
/// of the future that gevent's ThreadPoolExecutor gives.
/// </summary>
/// <typeparam name="T">Type of the result.</typeparam>
public sealed class NativeFuture<T> : Task<T>, ICallbackOwner, IClaimable
{
    private readonly NotifyingFlag _ended;
    private int _claimed;

    internal NativeFuture(Func<T> work, CancellationToken cancellation) : base(work, cancellation)
    {
        _ended = new NotifyingFlag(this);
        _ = ContinueWith(static (_, ended) => ((NotifyingFlag)ended!).Set(), _ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>True once it has ended, in whatever way. May be called from any thread.</summary>
    public bool Ready => IsCompleted;

    /// <summary>
    /// Waits until it has ended, without holding up the hub, and gives the result or raises the error itself (that of a task wraps it). The counterpart
    /// of <c>future.result()</c>. May be called from any thread.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public T Get()
    {
        if (!IsCompleted) _ = _ended.Wait(Deadline.Never);
        return GetAwaiter().GetResult();
    }

    /// <summary>As the other, at most for the given time. May be called from any thread.</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public T Get(TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        if (!IsCompleted && !_ended.Wait(deadline)) throw TimeLimit.Expired(timeout);
        return GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void RawLink(Action<ILinkable> callback) => _ended.RawLink(callback);

    /// <inheritdoc/>
    public void Unlink(Action<ILinkable> callback) => _ended.Unlink(callback);

    bool IClaimable.TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    bool ICallbackOwner.TryBegin(OwnedCallback callback) => _ended.TryBegin(callback);
}
