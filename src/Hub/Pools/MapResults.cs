using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Pools;

// Protocol.
//  1. One feeder begins items, in the order of the input; each begun item is delivered once, from any thread; any number of readers take. All under the latch.
//  2. _queue holds what is to be read: in order, the begun items (the first may not be done yet); unordered, the done ones. An error of the input comes
//     after everything else, then the end.
//  3. The bound: item n (from 0) may be begun while n < bound + reads, where a read counts from when its reader asks for it. gevent: maxsize=1 has called
//     the function once before the first read, and twice after it. A reader that leaves without a result takes its read back.
//  4. Who waits is woken outside of the latch and looks again. Whoever takes a result and leaves another one behind wakes the next reader.

/// <summary>The results of a map while it runs: what the counterparts of gevent's IMap and IMapUnordered read from. Enumerated once; several readers share it.</summary>
internal sealed class MapResults<TResult> : IEnumerable<TResult>
{
    private static readonly ApiWait s_reads = new("somebody to read the results of a map"), s_input = new("the input of a map"), s_results = new("the next result of a map");

    private readonly Queue<MapItem<TResult>> _queue = new();
    private readonly LinkList _readers = new();
    private readonly LinkList _feeders = new(); // one at most; a list, so that a wait can be taken out
    private readonly LinkList _inputWaiters = new();
    private readonly bool _ordered;
    private readonly int _bound;
    private SpinLatch _latch;
    private int _begun;
    private int _unread; // begun, and not yet taken by a reader
    private int _reads;
    private bool _inputEnded;
    private ExceptionDispatchInfo? _inputError;
    private volatile bool _stopped;

    /// <param name="ordered">In the order of the input, or as they come.</param>
    /// <param name="bound">How many unread results there may be; int.MaxValue is no bound.</param>
    public MapResults(bool ordered, int bound)
    {
        _ordered = ordered;
        _bound = bound;
    }

    /// <summary>Its feeder, when that is a greenlet: ended by <see cref="Stop"/>.</summary>
    public Greenlet? Feeder { get; set; }

    /// <summary>Nobody reads any more: what has not been called yet need not be.</summary>
    public bool IsStopped => _stopped;

    public IEnumerator<TResult> GetEnumerator() => new MapReader<TResult>(this);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Only by the feeder: waits until the bound allows one more. False when it has been stopped.</summary>
    public bool AwaitAllowance()
    {
        while (true)
        {
            if (TryAllow(null)) return !_stopped;
            Link link = LinkWait.ForCaller(s_reads);
            if (TryAllow(link)) return !_stopped;
            Line.Park(link, _feeders, ref _latch, Deadline.Never);
        }
    }

    /// <summary>Only by the feeder: the item is about to be started.</summary>
    public void Begin(MapItem<TResult> item)
    {
        _latch.Enter();
        _begun++;
        _unread++;
        if (_ordered) _queue.Enqueue(item);
        _latch.Exit();
    }

    /// <summary>May be called from any thread: a begun item has its outcome.</summary>
    public void Add(MapItem<TResult> item)
    {
        _latch.Enter();
        item.IsDone = true;
        if (!_ordered) _queue.Enqueue(item);
        _latch.Exit();
        WakeReader();
    }

    /// <summary>Only by the feeder, once: nothing more will be begun.</summary>
    public void EndInput(Exception? error)
    {
        _latch.Enter();
        _inputEnded = true;
        _inputError = error is null ? null : ExceptionDispatchInfo.Capture(error);
        _latch.Exit();
        WakeReader();
        Line.WakeAll(_inputWaiters, ref _latch);
    }

    /// <summary>May be called from any thread: waits until everything has been begun, and raises the error of the input if there is one.</summary>
    public void AwaitInput()
    {
        while (true)
        {
            Link? link = _inputEnded ? null : LinkWait.ForCaller(s_input);
            _latch.Enter();
            bool ended = _inputEnded;
            if (!ended) _inputWaiters.Append(link!);
            _latch.Exit();
            if (ended) break;
            Line.Park(link!, _inputWaiters, ref _latch, Deadline.Never);
        }
        _inputError?.Throw();
    }

    /// <summary>May be called from any thread: the next outcome, waited for; null at the end.</summary>
    public MapItem<TResult>? Read(out ExceptionDispatchInfo? inputError)
    {
        bool asked = false;
        long ticket = 0; // of its first wait: one that was woken in vain keeps its place in the line
        Link? link = null;
        while (true)
        {
            _latch.Enter();
            if (!asked) _reads++;
            asked = true;
            bool decided = TryTake(out MapItem<TResult>? item, out inputError);
            if (!decided && link is not null) Queue(link, ref ticket);
            Link? feeder = _feeders.TakeFirst();
            _latch.Exit();
            feeder?.Wake();
            if (decided)
            {
                WakeReader();
                return item;
            }
            try
            {
                if (link is null)
                {
                    link = LinkWait.ForCaller(s_results);
                    continue; // look again, this time with a place in the line
                }
                _ = Line.Park(link, _readers, ref _latch, Deadline.Never);
                link = null;
            }
            catch
            {
                _latch.Enter();
                _reads--; // rule 3
                _latch.Exit();
                throw;
            }
        }
    }

    /// <summary>May be called from any thread: no further item is begun, and those that wait for their turn are not called.</summary>
    public void Stop()
    {
        _latch.Enter();
        bool wasOver = _stopped || _inputEnded;
        _stopped = true;
        Link? feeder = _feeders.TakeFirst();
        _latch.Exit();
        feeder?.Wake();
        if (!wasOver) Feeder?.Kill(new GreenletExit("The results are not read any more."), block: false);
    }

    /// <summary>Under the latch.</summary>
    private void Queue(Link reader, ref long ticket)
    {
        if (ticket == 0)
        {
            _readers.Append(reader);
            ticket = reader.Ticket;
            return;
        }
        reader.Ticket = ticket;
        _readers.InsertByTicket(reader);
    }

    private bool TryAllow(Link? link)
    {
        _latch.Enter();
        bool allowed = _stopped || _begun - (long)_reads < _bound;
        if (!allowed && link is not null) _feeders.Append(link);
        _latch.Exit();
        return allowed;
    }

    /// <summary>Under the latch. True with an item, with the error of the input, or with neither at the end; false when it has to be waited for.</summary>
    private bool TryTake(out MapItem<TResult>? item, out ExceptionDispatchInfo? inputError)
    {
        inputError = null;
        if (_queue.TryPeek(out item) && item.IsDone)
        {
            _queue.Dequeue();
            _unread--;
            return true;
        }
        item = null;
        if (!_inputEnded || _unread > 0) return false;
        inputError = _inputError;
        _inputError = null;
        return true;
    }

    private void WakeReader()
    {
        while (true)
        {
            _latch.Enter();
            bool some = (_queue.TryPeek(out MapItem<TResult>? first) && first.IsDone) || (_inputEnded && _unread == 0);
            Link? reader = some ? _readers.TakeFirst() : null;
            _latch.Exit();
            if (reader is null || reader.Wake()) return;
        }
    }
}
