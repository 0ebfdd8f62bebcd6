using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Threading;
using Patchy.Diagnostics;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. A greenlet or a native thread writes itself: it may wait for the stream.
//  2. The loop may not: whoever holds the stream's lock can be a parked greenlet of this very hub, and a stream of the user's may wait for anything. It writes at once only where that cannot
//     wait: to a StringWriter, and to the standard error that nobody has replaced, while its lock is free. Else it queues the text.
//  3. A greenlet of the hub, made on need, writes what is queued, in its order. While something is queued everybody queues behind it. The latch guards the queue; nothing is written under it.
//  4. What that greenlet cannot write (it was killed, or no fiber is to be had) goes to file descriptor 2; so does what is still queued at the end of the process, which is waited for only while
//     something is queued: it would keep the hub alive.

/// <summary>Writes the errors of a hub to its exception stream.</summary>
internal sealed class ErrorPrinter(Hub hub)
{
    private static readonly FieldInfo? s_isReplaced = typeof(Console).GetField("s_isErrorTextWriterRedirected", BindingFlags.Static | BindingFlags.NonPublic);

    private readonly Queue<string> _queue = new();
    private SpinLatch _latch;
    private Greenlet? _writer;
    private bool _awaitsExit;

    /// <summary>May be called from any thread. Never throws. <paramref name="context"/> is who has failed.</summary>
    public void Print(object? context, string text)
    {
        if (context is not null && ReferenceEquals(context, _writer))
        {
            WriteQueueRaw(); // it could not even begin
            StandardError.WriteRaw(text);
        }
        else if (Append(text, onlyBehindOthers: true))
        {
            EnsureWriter();
        }
        else if (!Hub.IsLoopHere)
        {
            _ = TryWrite(text);
        }
        else if (!TryWriteAtOnce(text))
        {
            _ = Append(text, onlyBehindOthers: false);
            EnsureWriter();
        }
    }

    private bool Append(string text, bool onlyBehindOthers)
    {
        _latch.Enter();
        bool append = !onlyBehindOthers || _queue.Count > 0;
        if (append) _queue.Enqueue(text);
        _latch.Exit();
        return append;
    }

    private void EnsureWriter()
    {
        var writer = new Greenlet(hub, WriteQueue);
        _latch.Enter();
        bool begins = _writer is null or { Dead: true }; // dead: it was killed before it ran
        bool first = begins && !_awaitsExit;
        if (begins) _writer = writer;
        if (first) _awaitsExit = true;
        _latch.Exit();
        if (first) AppDomain.CurrentDomain.ProcessExit += OnExit;
        if (!begins) return;
        try
        {
            _ = writer.StartNew();
        }
        catch (HubDestroyedException)
        {
            WriteQueueRaw();
        }
    }

    private void WriteQueue()
    {
        while (PeekOrEnd() is { } text)
        {
            if (!TryWrite(text)) StandardError.WriteRaw(text);
            _ = Take();
        }
        ForgetExit();
    }

    private void OnExit(object? sender, EventArgs e) => WriteQueueRaw();

    private void ForgetExit()
    {
        _latch.Enter();
        bool forget = _awaitsExit && _queue.Count == 0; // if not, there is another greenlet by now, which relies on it
        if (forget) _awaitsExit = false;
        _latch.Exit();
        if (forget) AppDomain.CurrentDomain.ProcessExit -= OnExit;
    }

    private string? PeekOrEnd()
    {
        _latch.Enter();
        if (!_queue.TryPeek(out string? text)) _writer = null; // whoever appends from here on needs another one
        _latch.Exit();
        return text;
    }

    private string? Take()
    {
        _latch.Enter();
        _ = _queue.TryDequeue(out string? text);
        _latch.Exit();
        return text;
    }

    private bool TryWriteAtOnce(string text)
    {
        try
        {
            if (hub.ExceptionStream is not { } stream) return true;
            if (stream.GetType() != typeof(StringWriter) && !(ReferenceEquals(stream, Console.Error) && s_isReplaced?.GetValue(null) is false)) return false;
            if (!Monitor.TryEnter(stream)) return false; // the lock that the synchronized writer takes itself
            try
            {
                return TryWrite(stream, text);
            }
            finally
            {
                Monitor.Exit(stream);
            }
        }
        catch (BlockingSwitchOutException)
        {
            return false; // standard error is being opened by a greenlet
        }
    }

    /// <summary>To the stream or, when that fails, to standard error. Never throws.</summary>
    private bool TryWrite(string text)
    {
        try
        {
            return hub.ExceptionStream is not { } stream || TryWrite(stream, text) || (stream != Console.Error && TryWrite(Console.Error, text));
        }
        catch (Exception)
        {
            return false; // standard error cannot be opened
        }
    }

    private static bool TryWrite(TextWriter stream, string text)
    {
        try
        {
            stream.Write(text);
            stream.Flush();
            return true;
        }
        catch (Exception)
        {
            return false; // there is nobody left to tell
        }
    }

    private void WriteQueueRaw()
    {
        while (Take() is { } text) StandardError.WriteRaw(text);
        ForgetExit();
    }
}
