using System.Net.Sockets;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>
/// The trap of every reactor: a descriptor is closed while a greenlet waits for it, and its number belongs to another socket at once. Whoever waited must end with the
/// BCL's error, and who waits for the new socket must be woken by its events only and see its bytes only. ROUNDS on each of several hubs at the same time, which take each
/// other's numbers; closed by another greenlet, by a native thread and by another hub; readers and writers; parked, or on their way there.
/// </summary>
internal sealed class DescriptorReuse : IScenario
{
    private const int Hubs = 3;
    private const int TagLength = 8;

    private int _reused, _wrongBytes, _wrongEnds, _leftBehind, _raced;
    private string? _example;

    public int Run(string[] args)
    {
        _ = Patch.All();
        int rounds = Begin.Number(args, 0, 1500);
        var checks = new Checks();
        Hub[] hubs = [.. Enumerable.Range(0, Hubs).Select(n => Hub.Start($"hub {n}"))];
        Greenlet[] works = [.. hubs.Select((hub, n) => hub.Spawn(() => Work(hubs, n, rounds)))];
        foreach (Greenlet work in works)
        {
            bool ended = work.Join(TimeSpan.FromSeconds(90));
            checks.That("a hub has done its rounds", ended && work.Exception is null, work.Exception?.ToString() ?? (ended ? null : HubDump.Text()));
        }

        checks.That("numbers were taken again at once", _reused > rounds / 10, $"{_reused} of {Hubs * rounds}");
        checks.That("nobody saw another socket's bytes", _wrongBytes == 0, $"{_wrongBytes} {_example}");
        checks.That("whoever waited ended as natively", _wrongEnds == 0, $"{_wrongEnds} {_example}");
        checks.That("nobody was left behind", _leftBehind == 0, $"{_leftBehind}; {_raced} calls met the close before they waited");
        int entries = hubs.Sum(ReactorEntries.Count);
        checks.That("no registration was left behind", entries <= 2 * Hubs, entries);
        foreach (Hub hub in hubs) hub.Dispose();
        return checks.Finish();
    }

    private void Work(Hub[] hubs, int me, int rounds)
    {
        using Socket listener = TcpPair.Listen();
        for (int round = 0; round < rounds; round++)
        {
            bool writes = round % 2 == 1, parked = round % 4 < 2;
            int way = round / 4 % 3;
            var old = new TcpPair(listener);
            old.Near.SendBufferSize = 8192; // so that a large send waits: left alone the kernel makes room for megabytes
            nint number = old.Near.Handle;
            Greenlet victim = Greenlet.Spawn(() => Victim(old.Near, writes));
            if (parked) Greenlet.Yield();
            Task? native = null;
            Greenlet? foreign = null;
            if (way == 0) old.Near.Dispose();
            else if (way == 1) native = Task.Run(old.Near.Dispose);
            else foreign = hubs[(me + 1) % hubs.Length].Spawn(old.Near.Dispose);
            if (round % 8 < 4)
            {
                native?.Wait();
                foreign?.Join();
            }

            using var next = new TcpPair(listener);
            if (next.Near.Handle == number || next.Far.Handle == number) Interlocked.Increment(ref _reused);
            Use(next, old.Far, round, me);
            if (!victim.Join(TimeSpan.FromSeconds(20)))
            {
                Interlocked.Increment(ref _leftBehind);
                _example ??= $"round {round}: {(writes ? "writer" : "reader")}, way {way}, {(parked ? "parked" : "on its way")}; {HubDump.Text()}";
                return;
            }

            native?.Wait();
            foreign?.Join();
            old.Far.Dispose();
        }
    }

    /// <summary>Waits on a socket that is about to be closed.</summary>
    private void Victim(Socket socket, bool writes)
    {
        byte[] buffer = new byte[writes ? 6_000_000 : 64];
        try
        {
            int count = writes ? socket.Send(buffer) : socket.Receive(buffer);
            // The peer's bytes may have come before the close of another thread. They are recognized.
            if (writes || buffer.AsSpan(0, count).IndexOfAnyExcept((byte)0xAA) >= 0) Wrong($"the closed one got {count} bytes, {Convert.ToHexString(buffer.AsSpan(0, Math.Min(count, 16)))}");
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.OperationAborted)
        {
            // as natively
        }
        catch (ObjectDisposedException)
        {
            Interlocked.Increment(ref _raced);
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _wrongEnds);
            _example ??= e.ToString();
        }
    }

    /// <summary>Both directions of the new pair carry exactly what is sent on them, while the old peer goes on sending.</summary>
    private void Use(TcpPair next, Socket oldPeer, int round, int me)
    {
        byte[] there = Tag(0x10 + me, round), back = Tag(0x20 + me, round), got = [];
        Greenlet reader = Greenlet.Spawn(() => got = TcpPair.Read(next.Near, TagLength));
        Greenlet.Yield();
        try
        {
            oldPeer.Send([0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]);
        }
        catch (SocketException)
        {
            // reset already
        }

        Greenlet.Yield();
        next.Far.Send(there);
        if (!reader.Join(TimeSpan.FromSeconds(20)))
        {
            Interlocked.Increment(ref _leftBehind);
            _example ??= $"round {round}: the new reader; {HubDump.Text()}";
            return;
        }

        if (!got.AsSpan().SequenceEqual(there)) Wrong($"the new one got {Convert.ToHexString(got)}");
        next.Near.Send(back);
        got = TcpPair.Read(next.Far, TagLength);
        if (!got.AsSpan().SequenceEqual(back)) Wrong($"its peer got {Convert.ToHexString(got)}");
        if (next.Far.Available + next.Near.Available > 0) Wrong("more bytes than were sent");
    }

    private void Wrong(string what)
    {
        Interlocked.Increment(ref _wrongBytes);
        _example ??= what;
    }

    private static byte[] Tag(int who, int round)
    {
        byte[] tag = new byte[TagLength];
        tag[0] = (byte)who;
        BitConverter.TryWriteBytes(tag.AsSpan(1), round);
        return tag;
    }
}
