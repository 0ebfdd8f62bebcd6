using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using Patchy.Locks;
using Patchy.Selecting;

namespace Patchy.Backdoor;

// Protocol: whoever reads holds the lock from the first look to the line, so that lines stay whole; it is cooperative, patched or not. So is the wait for bytes, which is one for the descriptor: an
// asynchronous receive would need a thread of the pool, and a program that has none left is what one opens a backdoor for. After that wait the receive returns at once, as nobody else reads.

/// <summary>The lines that a client sends.</summary>
internal sealed class SessionInput(Socket socket, int limit)
{
    private const char EndOfTransmission = '\u0004';

    private readonly RLock _lock = new();
    private readonly TelnetText _text = new();
    private readonly StringBuilder _waiting = new();
    private readonly byte[] _buffer = new byte[4096];
    private bool _isOver;

    /// <summary>What a client gives by Ctrl+C in telnet, in place of a line: told by its reference.</summary>
    public static string Interrupt { get; } = new([TelnetText.Interrupt]);

    /// <summary>The next line, without its end; null when there are no more. May be called from any thread.</summary>
    /// <exception cref="InputTooLongException">No end of line within the limit.</exception>
    public string? ReadLine()
    {
        using (_lock.Hold())
        {
            int looked = 0;
            while (true)
            {
                if (TakeLine(ref looked) is { } line)
                {
                    if (line.Length == 0 || line[0] != EndOfTransmission) return line;
                    _isOver = true;
                    _waiting.Clear();
                    return null;
                }
                if (_isOver) return TakeRest();
                if (_waiting.Length > limit) throw new InputTooLongException(limit);
                int count = Receive();
                if (count == 0) _isOver = true;
                else _text.Decode(_buffer.AsSpan(0, count), _waiting);
            }
        }
    }

    /// <summary>Reads and forgets what still comes: the kernel resets a connection that is closed with something unread, and the client would not get the last words. At most for that time.</summary>
    public void Discard(TimeSpan patience) => _ = GreenletTimeout.TryRun(patience, () =>
    {
        using (_lock.Hold())
        {
            while (!_isOver) _isOver = Receive() == 0;
        }
    });

    /// <summary>Nothing more is sent or read: who still waits in <see cref="ReadLine"/> gets the end.</summary>
    public void End()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the client has gone
        }
    }

    private string? TakeLine(ref int looked)
    {
        for (; looked < _waiting.Length; looked++)
        {
            char c = _waiting[looked];
            if (c is not ('\n' or TelnetText.Interrupt)) continue;
            string line = c == '\n' ? _waiting.ToString(0, looked) : Interrupt;
            _waiting.Remove(0, looked + 1);
            return line.Length > limit ? throw new InputTooLongException(limit) : line;
        }
        return null;
    }

    private string? TakeRest()
    {
        if (_waiting.Length == 0) return null;
        string rest = _waiting.ToString();
        _waiting.Clear();
        return rest[0] == EndOfTransmission ? null : rest;
    }

    /// <summary>0 at the end, also at that by an error.</summary>
    private int Receive()
    {
        try
        {
            Descriptors.WaitRead(socket);
            return socket.Receive(_buffer);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            return 0;
        }
    }
}
