using System;
using System.Collections.Generic;
using System.IO;
using Patchy.Sockets.Polling;

namespace Patchy.Selecting;

/// <summary>
/// Descriptors, with what to look for in each. It keeps nothing open and need not be disposed. The counterpart of gevent's <c>select.poll</c>. May be used from any thread, but not be changed by two at once;
/// what is registered while somebody polls counts from the next poll on.
/// </summary>
public sealed class Poller
{
    private readonly Dictionary<Descriptor, PollEvents> _registered = [];

    /// <summary>Adds a descriptor, or changes what is looked for in it. The counterpart of gevent's <c>register</c>. May be called from any thread; not by two at once.</summary>
    /// <param name="descriptor">A number, handle or socket; one of the same number is replaced.</param>
    /// <param name="events">What to look for; error, hang-up and invalid are always found.</param>
    /// <exception cref="ArgumentException">It is a default one.</exception>
    public void Register(Descriptor descriptor, PollEvents events = PollEvents.Read | PollEvents.Write)
    {
        descriptor.ThrowIfDefault(nameof(descriptor));
        _ = _registered.Remove(descriptor); // the key holds the handle, which may be another one of the same number
        _registered.Add(descriptor, events & (PollEvents.Read | PollEvents.Priority | PollEvents.Write));
    }

    /// <summary>As <see cref="Register"/>, also when it is not registered yet. The counterpart of gevent's <c>modify</c>. May be called from any thread; not by two at once.</summary>
    /// <exception cref="ArgumentException">It is a default one.</exception>
    public void Modify(Descriptor descriptor, PollEvents events) => Register(descriptor, events);

    /// <summary>Takes it away. The counterpart of gevent's <c>unregister</c>. May be called from any thread; not by two at once.</summary>
    /// <exception cref="KeyNotFoundException">It is not registered.</exception>
    public void Unregister(Descriptor descriptor)
    {
        if (!_registered.Remove(descriptor)) throw new KeyNotFoundException($"The {descriptor} is not registered with this Poller.");
    }

    /// <summary>
    /// Waits until something is found and gives all that was. What is closed is found as <see cref="PollEvents.Invalid"/>. The greenlet gives its turn to the others even when something is found at once. The
    /// counterpart of gevent's <c>poll</c>. May be called from any thread: a native one blocks in poll(2).
    /// </summary>
    /// <param name="timeout">How long at most; null and infinite are for ever, zero looks once. When it is over the list is empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, and not infinite (gevent: any negative one is for ever).</exception>
    /// <exception cref="IOException">The kernel does not watch one of them.</exception>
    /// <exception cref="OperationCanceledException">Somebody called <see cref="Descriptors.CancelWait(Descriptor, Exception)"/>.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub, and nothing is found.</exception>
    public IReadOnlyList<(Descriptor Descriptor, PollEvents Events)> Poll(TimeSpan? timeout = null)
    {
        Deadline deadline = Descriptors.DeadlineOf(timeout);
        Descriptor[] all = [.. _registered.Keys];
        var entries = new PollEntry[all.Length];
        for (int i = 0; i < all.Length; i++) entries[i] = new() { Fd = all[i].Number, Wanted = (short)_registered[all[i]] };
        _ = PollWait.Any(entries, Descriptors.GuardsOf(all), deadline);
        List<(Descriptor Descriptor, PollEvents Events)> found = [];
        for (int i = 0; i < all.Length; i++)
        {
            if (entries[i].Found != 0) found.Add((all[i], (PollEvents)entries[i].Found));
        }
        return found;
    }
}
