using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Patchy.Sockets;

namespace Patchy.Selecting;

/// <summary>
/// Something to wait for: the number of an open file descriptor, a <see cref="SafeHandle"/> of one, or a <see cref="System.Net.Sockets.Socket"/>; made by conversion. Two are equal when their numbers are. The
/// counterpart of what gevent's <c>get_fileno</c> accepts.
/// </summary>
/// <remarks>It keeps nothing open. Whatever is closed while somebody waits for it ends the wait with an error: at once if it is a socket and sockets are patched, else within a second.</remarks>
public readonly struct Descriptor : IEquatable<Descriptor>
{
    private readonly int _next; // one more than the number: a default one is none, not standard input
    private readonly object? _owner;

    private Descriptor(int number, object? owner)
    {
        _next = number + 1;
        _owner = owner;
    }

    /// <summary>The number, as it was when this was made; -1 for a default one. May be called from any thread.</summary>
    public int Number => _next - 1;

    /// <summary>The socket that it was made from, or null. May be called from any thread.</summary>
    public Socket? Socket => _owner as Socket;

    /// <summary>The handle that it was made from, or null. May be called from any thread.</summary>
    public SafeHandle? Handle => _owner as SafeHandle;

    /// <summary>The handle behind it; null for a bare number.</summary>
    internal SafeHandle? Guard => _owner is Socket socket ? SocketInternals.Handle(socket) : (SafeHandle?)_owner;

    /// <summary>From a number. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static Descriptor FromInt32(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfEqual(number, int.MaxValue);
        return new(number, null);
    }

    /// <summary>From a handle of a file, a pipe or anything else that is a descriptor. May be called from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="ArgumentException">It is no handle of a descriptor.</exception>
    public static Descriptor FromSafeHandle(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new(NumberOf(handle, handle), handle);
    }

    /// <summary>From a socket; its <see cref="System.Net.Sockets.Socket.Blocking"/> stays what it is. May be called from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public static Descriptor FromSocket(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new(NumberOf(SocketInternals.Handle(socket), socket), socket);
    }

    /// <summary>As <see cref="FromInt32"/>.</summary>
    public static implicit operator Descriptor(int number) => FromInt32(number);

    /// <summary>As <see cref="FromSafeHandle"/>.</summary>
    public static implicit operator Descriptor(SafeHandle handle) => FromSafeHandle(handle);

    /// <summary>As <see cref="FromSocket"/>.</summary>
    public static implicit operator Descriptor(Socket socket) => FromSocket(socket);

    /// <summary>True when both have the same number.</summary>
    public static bool operator ==(Descriptor left, Descriptor right) => left.Equals(right);

    /// <summary>True when their numbers differ.</summary>
    public static bool operator !=(Descriptor left, Descriptor right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Descriptor other) => _next == other._next;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Descriptor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _next;

    /// <inheritdoc/>
    public override string ToString() => _next == 0 ? "no descriptor" : $"descriptor {Number}";

    /// <exception cref="ArgumentException">It is a default one.</exception>
    internal void ThrowIfDefault(string parameter)
    {
        if (_next == 0) throw new ArgumentException("This Descriptor has no number: it was not made by the conversion of a number, a SafeHandle or a Socket.", parameter);
    }

    private static int NumberOf(SafeHandle handle, object owner)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, owner);
        nint value = handle.DangerousGetHandle();
        if (handle.IsInvalid || value < 0 || value >= int.MaxValue)
            throw new ArgumentException($"The value 0x{value:x} of this {handle.GetType().Name} is not the number of a file descriptor.", nameof(handle));
        return (int)value;
    }
}
