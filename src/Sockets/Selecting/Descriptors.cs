using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Linking;
using Patchy.Sockets.Polling;

namespace Patchy.Selecting;

/// <summary>
/// Waits for descriptors of any kind: sockets, pipes, terminals, eventfd, timerfd, inotify, and what native libraries have opened. Only the calling greenlet waits, whether anything is patched or not; a native thread
/// blocks in poll(2). A regular file is always ready. Several may wait for one descriptor: all are woken. The counterpart of gevent.select and of the wait functions of gevent.socket.
/// </summary>
public static class Descriptors
{
    /// <summary>
    /// Waits until at least one of them is ready and gives those that are, in their order. An end, an error or a hang-up makes ready what is to be read or written. The greenlet gives its turn to the others even
    /// when one is ready at once. The counterpart of gevent's <c>select</c>, which does not wait for what is in its third list. May be called from any thread.
    /// </summary>
    /// <param name="read">What to read from; may be null.</param>
    /// <param name="write">What to write to; may be null.</param>
    /// <param name="error">What to watch for out-of-band data and errors; may be null. A descriptor may be in several lists.</param>
    /// <param name="timeout">How long at most; null and infinite are for ever, zero looks once. When it is over all lists are empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, and not infinite.</exception>
    /// <exception cref="IOException">A number is not that of an open descriptor (EBADF), or was closed meanwhile; or the kernel does not watch one of them.</exception>
    /// <exception cref="ObjectDisposedException">A handle or socket was closed meanwhile.</exception>
    /// <exception cref="OperationCanceledException">Somebody called <see cref="CancelWait(Descriptor, Exception)"/>.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub, and nothing is ready.</exception>
    public static (IReadOnlyList<Descriptor> Read, IReadOnlyList<Descriptor> Write, IReadOnlyList<Descriptor> Error) Select(
        IEnumerable<Descriptor>? read, IEnumerable<Descriptor>? write, IEnumerable<Descriptor>? error, TimeSpan? timeout = null)
    {
        Deadline deadline = DeadlineOf(timeout);
        Descriptor[] readers = [.. read ?? []], writers = [.. write ?? []], others = [.. error ?? []];
        Descriptor[] all = [.. readers, .. writers, .. others];
        int firstOther = readers.Length + writers.Length;
        var entries = new PollEntry[all.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i].ThrowIfDefault(i < readers.Length ? nameof(read) : i < firstOther ? nameof(write) : nameof(error));
            entries[i] = new() { Fd = all[i].Number, Wanted = i < readers.Length ? PollEntry.In : i < firstOther ? PollEntry.Out : PollEntry.Priority };
        }
        _ = PollWait.Any(entries, GuardsOf(all), deadline);
        for (int i = 0; i < all.Length; i++)
        {
            if ((entries[i].Found & PollEntry.Invalid) != 0) throw DescriptorErrors.NotOpen(all[i]);
        }
        return (Ready(readers, entries, PollEntry.In | PollEntry.Error | PollEntry.HangUp),
            Ready(writers, entries.AsSpan(readers.Length), PollEntry.Out | PollEntry.Error | PollEntry.HangUp),
            Ready(others, entries.AsSpan(firstOther), PollEntry.Priority | PollEntry.Error | PollEntry.HangUp));
    }

    /// <summary>Waits until it can be read, is at its end, or is in error. Others run even when it is ready at once. The counterpart of gevent's <c>wait_read</c>. May be called from any thread.</summary>
    /// <param name="descriptor">A number, handle or socket.</param>
    /// <param name="timeout">How long at most; null and infinite are for ever, zero looks once.</param>
    /// <param name="timeoutException">What is thrown when the time is over; null for a <see cref="TimeoutException"/>.</param>
    /// <exception cref="TimeoutException">The time passed first (gevent: <c>socket.timeout</c>).</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, and not infinite.</exception>
    /// <exception cref="IOException">The number is not that of an open descriptor (EBADF), or was closed meanwhile; or the kernel does not watch it.</exception>
    /// <exception cref="ObjectDisposedException">The handle or socket was closed meanwhile.</exception>
    /// <exception cref="OperationCanceledException">Somebody called <see cref="CancelWait(Descriptor, Exception)"/>.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub, and it is not ready.</exception>
    [OverloadResolutionPriority(1)] // null is no time, not no GreenletTimeout
    public static void WaitRead(Descriptor descriptor, TimeSpan? timeout = null, Exception? timeoutException = null) => Wait(descriptor, PollEntry.In, timeout, timeoutException);

    /// <summary>As the other; the timeout is started when it is not pending, raised when it fires, and cancelled in the end. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    public static void WaitRead(Descriptor descriptor, GreenletTimeout timeout) => Wait(descriptor, PollEntry.In, timeout);

    /// <summary>Waits until it can be written, or is in error; otherwise as <see cref="WaitRead(Descriptor, TimeSpan?, Exception?)"/>. The counterpart of gevent's <c>wait_write</c>. May be called from any thread.</summary>
    /// <exception cref="TimeoutException">The time passed first.</exception>
    [OverloadResolutionPriority(1)]
    public static void WaitWrite(Descriptor descriptor, TimeSpan? timeout = null, Exception? timeoutException = null) => Wait(descriptor, PollEntry.Out, timeout, timeoutException);

    /// <summary>As the other; the timeout is started when it is not pending, raised when it fires, and cancelled in the end. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    public static void WaitWrite(Descriptor descriptor, GreenletTimeout timeout) => Wait(descriptor, PollEntry.Out, timeout);

    /// <summary>Waits until it can be read or written, or is in error; otherwise as <see cref="WaitRead(Descriptor, TimeSpan?, Exception?)"/>. The counterpart of gevent's <c>wait_readwrite</c>. May be called from any thread.</summary>
    /// <exception cref="TimeoutException">The time passed first.</exception>
    [OverloadResolutionPriority(1)]
    public static void WaitReadWrite(Descriptor descriptor, TimeSpan? timeout = null, Exception? timeoutException = null) => Wait(descriptor, PollEntry.In | PollEntry.Out, timeout, timeoutException);

    /// <summary>As the other; the timeout is started when it is not pending, raised when it fires, and cancelled in the end. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    public static void WaitReadWrite(Descriptor descriptor, GreenletTimeout timeout) => Wait(descriptor, PollEntry.In | PollEntry.Out, timeout);

    /// <summary>
    /// Ends all waits of this class and of <see cref="Poller"/> that this descriptor is part of, on all hubs and native threads, with an error; what waits in a call of a socket or stream is not meant. For whoever
    /// is about to close a descriptor that others wait for. The counterpart of gevent's <c>cancel_wait</c>. May be called from any thread.
    /// </summary>
    /// <param name="descriptor">The descriptor; it is still open.</param>
    /// <param name="error">What is thrown there, the same object in each of them; null for an <see cref="OperationCanceledException"/> each (gevent: <c>cancel_wait_ex</c>).</param>
    /// <returns>True when somebody waited.</returns>
    public static bool CancelWait(Descriptor descriptor, Exception? error = null)
    {
        descriptor.ThrowIfDefault(nameof(descriptor));
        return WaitTable.Cancel(descriptor.Number, error);
    }

    internal static Deadline DeadlineOf(TimeSpan? timeout) => timeout is { } time ? TimeLimit.From(time) : Deadline.Never;

    internal static SafeHandle?[] GuardsOf(ReadOnlySpan<Descriptor> descriptors)
    {
        var guards = new SafeHandle?[descriptors.Length];
        for (int i = 0; i < guards.Length; i++) guards[i] = descriptors[i].Guard;
        return guards;
    }

    private static void Wait(Descriptor descriptor, int wanted, GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        timeout.Bound((descriptor, wanted), static what => Wait(what.descriptor, what.wanted, null, null));
    }

    private static void Wait(Descriptor descriptor, int wanted, TimeSpan? timeout, Exception? timeoutException)
    {
        descriptor.ThrowIfDefault(nameof(descriptor));
        PollEntry[] entries = [new() { Fd = descriptor.Number, Wanted = (short)wanted }];
        if (!PollWait.Any(entries, [descriptor.Guard], DeadlineOf(timeout))) throw timeoutException ?? DescriptorErrors.TooLate(descriptor, timeout!.Value);
        if ((entries[0].Found & PollEntry.Invalid) != 0) throw DescriptorErrors.NotOpen(descriptor);
    }

    private static List<Descriptor> Ready(Descriptor[] descriptors, ReadOnlySpan<PollEntry> entries, int answers)
    {
        List<Descriptor> ready = [];
        for (int i = 0; i < descriptors.Length; i++)
        {
            if ((entries[i].Found & answers) != 0) ready.Add(descriptors[i]);
        }
        return ready;
    }
}
