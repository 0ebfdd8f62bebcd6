using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Sockets;

namespace Patchy.Servers;

/// <summary>A connection as a stream whose blocking calls park the greenlet, patched or not. It does not own the socket.</summary>
internal sealed class SocketStream(Socket socket) : Stream
{
    private readonly object _context = SocketInternals.AsyncContext(SocketInternals.Handle(socket));

    /// <summary>When all reads and writes together have to be over. May change between them.</summary>
    public Deadline Limit { get; set; } = Deadline.Never;

    /// <summary>A read or a write has met the limit.</summary>
    public bool IsLate { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int timeout = Remaining(socket.ReceiveTimeout);
        SocketFlags flags = SocketFlags.None;
        SocketError error = CooperativeReceive.FromSpan(_context, buffer, ref flags, Memory<byte>.Empty, out _, timeout, out int received);
        return error == SocketError.Success ? received : throw Failed("read", error);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int timeout = Remaining(socket.SendTimeout);
        SocketError error = CooperativeSend.ToFromSpan(_context, buffer, SocketFlags.None, Memory<byte>.Empty, timeout, out _);
        if (error != SocketError.Success) throw Failed("write", error);
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw Failed("read", exception.SocketErrorCode);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!buffer.IsEmpty) buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
        catch (SocketException exception)
        {
            throw Failed("write", exception.SocketErrorCode);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Milliseconds as the replacements want them, where 0 is for ever.</summary>
    private int Remaining(int own)
    {
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        if (Limit.IsNever) return own;
        if (Limit.HasPassed) throw Failed("finish", SocketError.TimedOut);
        int left = Math.Max(1, Limit.RemainingMilliseconds);
        return own > 0 ? Math.Min(own, left) : left;
    }

    private IOException Failed(string what, SocketError error)
    {
        if (error == SocketError.TimedOut && Limit.HasPassed) IsLate = true;
        var cause = new SocketException((int)error);
        return new IOException($"Cannot {what} the connection: {cause.Message}.", cause);
    }
}
