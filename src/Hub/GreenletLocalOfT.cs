using System;

namespace Patchy;

/// <summary>
/// A value of its own for each greenlet, and for each native thread outside of greenlets: what a greenlet sets no other sees, whatever stack or thread it runs on, and it is freed when the
/// greenlet ends. It does not flow to children (an <see cref="System.Threading.AsyncLocal{T}"/> does). The counterpart of gevent.local.local. All callbacks of a hub count as one greenlet.
/// </summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed class GreenletLocal<T> : ILocal, IDisposable
{
    private readonly Func<T>? _factory;
    private readonly long _serial;
    private int _slot;

    /// <summary>The value is the default of its type until it is set.</summary>
    public GreenletLocal() => _slot = LocalSlots.Take(this, out _serial);

    /// <summary>The value is made by <paramref name="factory"/> when a greenlet first asks for it.</summary>
    public GreenletLocal(Func<T> factory) : this()
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
    }

    /// <summary>Frees the slot.</summary>
    ~GreenletLocal() => LocalSlots.Return(_slot);

    /// <summary>The value of the calling greenlet or thread. May be used from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    /// <exception cref="InvalidOperationException">The factory asks for the value that it is making.</exception>
    public T Value
    {
        get => Find() is { } value ? value.IsBeingMade ? throw Recursion() : value.Value : _factory is null ? default! : Make();
        set => FindOrAdd().Value = value;
    }

    /// <summary>True when the calling greenlet or thread has a value. May be used from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public bool IsValueCreated => Find() is { IsBeingMade: false };

    long ILocal.Serial => _serial;

    /// <summary>Forgets the value of the calling greenlet or thread: the next look makes it again. May be called from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public void Clear()
    {
        if (Find() is not null) LocalValues.Here.Set(_slot, null);
    }

    /// <summary>Forgets all values; they stay in memory until their greenlets end or the slot is used again. May be called from any thread, once nobody uses it any more.</summary>
    public void Dispose()
    {
        int slot = System.Threading.Interlocked.Exchange(ref _slot, -1);
        if (slot < 0) return;
        GC.SuppressFinalize(this);
        LocalSlots.Return(slot);
    }

    private LocalValue<T>? Find()
    {
        ObjectDisposedException.ThrowIf(_slot < 0, this);
        return (LocalValue<T>?)LocalValues.HereOrNull?.Find(_slot, _serial);
    }

    private LocalValue<T> FindOrAdd()
    {
        if (Find() is { } found) return found;
        var value = new LocalValue<T>(_serial);
        LocalValues.Here.Set(_slot, value);
        return value;
    }

    private T Make()
    {
        LocalValue<T> value = FindOrAdd();
        value.IsBeingMade = true;
        bool made = false;
        try
        {
            value.Value = _factory!();
            made = true;
        }
        finally
        {
            value.IsBeingMade = false;
            if (!made) Clear();
        }
        return value.Value;
    }

    private static InvalidOperationException Recursion() => new("The factory of a GreenletLocal asks for the value that it is about to make. Let it not use Value.");
}
