using System;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using Patchy.Events;

namespace Patchy.Backdoor;

// Protocol.
//  1. Write only adds to _unsent, under the lock; nobody waits with it. One sender at a time takes all of it and sends; it is asynchronous, starts on the writer's own thread, and ends when nothing is left. So
//     what the kernel takes at once is sent before Write returns, and a client that does not read holds up nobody.
//  2. Console.Out is one lock for the process (TextWriter.Synchronized), so a session that waits in it keeps everybody from printing. When there is more unsent than MaxUnsent the writer waits for room, for RoomTime at most; if
//     the client has taken nothing by then, what is written is dropped and counted until it has taken all.
//  3. Once the connection is broken or the session is over nothing is added any more, and Write says so.

/// <summary>What goes to a client.</summary>
internal sealed class SessionOutput(Socket socket)
{
    private const int MaxUnsent = 1 << 20;
    private static readonly TimeSpan s_roomTime = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly Event _room = new();
    private readonly StringBuilder _unsent = new();
    private Task _sending = Task.CompletedTask;
    private bool _isSending;
    private bool _isStuck;
    private long _dropped;
    private volatile bool _isOver;

    /// <summary>The greenlet of the session.</summary>
    public Greenlet? Owner { get; } = Greenlet.Current;

    /// <summary>False when it is over. Waits at most for a short time, see above. May be called from any thread.</summary>
    public bool Write(ReadOnlySpan<char> text)
    {
        bool hadRoom = true;
        while (!TryAdd(text, orDrop: !hadRoom)) hadRoom = CanWait() && _room.Wait(s_roomTime); // another writer may have taken the room
        return !_isOver;
    }

    /// <summary>The session has ended, or its client has gone.</summary>
    public bool IsOver => _isOver;

    /// <summary>Waits until the kernel has all, at most for that time. Only on a greenlet.</summary>
    public void Drain(TimeSpan patience) => _ = GreenletTimeout.TryRun(patience, () =>
    {
        while (Sending() is { } sending)
        {
            if (sending.IsCompleted) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // another thread has just begun
            else Greenlet.Await(sending);
        }
    });

    /// <summary>Nothing more is taken. May be called from any thread.</summary>
    public void End() => _isOver = true;

    /// <summary>What the sender does; null when there is none.</summary>
    private Task? Sending()
    {
        lock (_lock) return _isSending && !_isOver ? _sending : null;
    }

    private static bool CanWait() => Greenlet.Current is not null || Hub.CurrentOrNull is null;

    /// <summary>False when there is no room for it, and it may not be dropped.</summary>
    private bool TryAdd(ReadOnlySpan<char> text, bool orDrop)
    {
        lock (_lock)
        {
            if (_isOver) return true;
            if (_unsent.Length >= MaxUnsent)
            {
                if (orDrop) _isStuck = true;
                if (_isStuck) _dropped += text.Length;
                else _room.Clear();
                return _isStuck;
            }
            _unsent.Append(text);
            if (_isSending) return true;
            _isSending = true;
        }
        Task sending = SendAsync();
        lock (_lock) _sending = sending;
        return true;
    }

    private async Task SendAsync()
    {
        try
        {
            while (Take() is { } text)
            {
                ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text);
                while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes).ConfigureAwait(false)..];
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _isOver = true;
            _room.Set();
        }
    }

    /// <summary>All that is unsent; null when there is nothing, and the sender ends.</summary>
    private string? Take()
    {
        lock (_lock)
        {
            if (_unsent.Length == 0)
            {
                _isStuck = false;
                if (_dropped == 0)
                {
                    _isSending = false;
                    return null;
                }
                _unsent.Append(CultureInfo.InvariantCulture, $"\n[{_dropped} characters of output are left out: they came faster than they were read]\n");
                _dropped = 0;
            }
            string text = _unsent.ToString();
            _unsent.Clear();
            _room.Set();
            return text;
        }
    }
}
