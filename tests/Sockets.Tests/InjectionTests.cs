using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>A kill and a timeout under each call that waits: the exception arrives, nothing that came is lost, and the socket goes on.</summary>
public sealed class InjectionTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    public static TheoryData<FiberKind, string, bool> Calls()
    {
        var data = new TheoryData<FiberKind, string, bool>();
        foreach (FiberKind kind in OnHub.AllKinds)
        foreach (string call in s_calls.Keys)
        foreach (bool timeout in new[] { false, true })
            data.Add(kind, call, timeout);
        return data;
    }

    private static readonly EndPoint s_any = new IPEndPoint(IPAddress.Any, 0);
    private static readonly byte[] s_big = new byte[16_000_000];

    // All on a connected TCP socket to which nobody sends, and from which nobody receives.
    private static readonly Dictionary<string, Action<Socket>> s_calls = new()
    {
        ["Receive"] = s => s.Receive(new byte[4]),
        ["ReceiveSpan"] = s => s.Receive(new byte[4].AsSpan()),
        ["ReceiveList"] = s => s.Receive([new ArraySegment<byte>(new byte[4])]),
        ["ReceiveNothing"] = s => s.Receive(Span<byte>.Empty),
        ["Peek"] = s => s.Receive(new byte[4], SocketFlags.Peek),
        ["ReceiveFrom"] = s =>
        {
            EndPoint from = s_any;
            s.ReceiveFrom(new byte[4], ref from);
        },
        ["ReceiveMessageFrom"] = s =>
        {
            EndPoint from = s_any;
            SocketFlags flags = SocketFlags.None;
            s.ReceiveMessageFrom(new byte[4], 0, 4, ref flags, ref from, out _);
        },
        ["Stream"] = s => new NetworkStream(s).ReadByte(),
        ["Poll"] = s => s.Poll(-1, SelectMode.SelectRead),
        ["PollError"] = s => s.Poll(-1, SelectMode.SelectError),
        ["Select"] = s => Socket.Select(new List<Socket> { s }, null, new List<Socket> { s }, -1),
        ["Send"] = s => s.Send(s_big),
        ["SendList"] = s => s.Send([new ArraySegment<byte>(s_big)]),
        ["SendFile"] = s =>
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, s_big);
                s.SendFile(path);
            }
            finally
            {
                File.Delete(path);
            }
        },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Injected_UnderACall_ArrivesAndTheSocketGoesOn(FiberKind kind, string call, bool timeout) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        Exception? seen = null;
        Greenlet victim = Greenlet.Spawn(() =>
        {
            using GreenletTimeout? scope = timeout ? GreenletTimeout.Start(TimeSpan.FromMilliseconds(150)) : null;
            try
            {
                s_calls[call](near);
            }
            catch (Exception e)
            {
                seen = e is IOException { InnerException: { } inner } ? inner : e;
                if (!timeout) throw;
            }
        });
        if (!timeout)
        {
            Thread.Sleep(call == "SendFile" ? 100 : 10);
            victim.Dead.Should().BeFalse("it waits");
            victim.Kill();
        }
        victim.Join(TimeSpan.FromSeconds(20)).Should().BeTrue();
        if (timeout) seen.Should().BeOfType<GreenletTimeout>();
        else seen.Should().BeOfType<GreenletExit>("gevent raises GreenletExit in the call that waits");

        // Both directions go on: what comes now is received once, and what is sent comes behind what the call had sent.
        far.Send([1, 2, 3]);
        byte[] buffer = new byte[8];
        near.ReceiveTimeout = 10_000;
        near.Receive(buffer).Should().Be(3);
        buffer.Should().StartWith(new byte[] { 1, 2, 3 });
        int last = -1;
        Greenlet reader = Greenlet.Spawn(() =>
        {
            byte[] rest = new byte[1 << 16];
            int count;
            while ((count = far.Receive(rest)) > 0) last = rest[count - 1];
        });
        near.Send([42]).Should().Be(1);
        near.Shutdown(SocketShutdown.Send);
        reader.Join(TimeSpan.FromSeconds(20)).Should().BeTrue();
        last.Should().Be(42);
        near.Dispose();
        far.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_KilledAtAnyMoment_LosesNoByte(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // The bytes count up: one that a killed receive had taken with it would be missed by the next receiver.
        const int Total = 40_000;
        (Socket near, Socket far) = Wires.Pair();
        int next = 0, wrong = 0, killed = 0;
        Task sender = Wires.Natively(() =>
        {
            for (int i = 0; i < Total;)
            {
                int count = Math.Min(1 + i % 37, Total - i);
                far.Send(Enumerable.Range(i, count).Select(n => (byte)n).ToArray());
                i += count;
                if (i % 50 == 0) Thread.Yield();
                while (i > Total / 2 && Volatile.Read(ref killed) <= 3) Thread.Sleep(1); // else a quick sender has left nobody to be killed
            }
            far.Shutdown(SocketShutdown.Send);
        });
        bool ended = false;
        while (!ended)
        {
            Greenlet receiver = Greenlet.Spawn(() =>
            {
                byte[] buffer = new byte[29];
                while (true)
                {
                    int count = near.Receive(buffer);
                    if (count == 0)
                    {
                        ended = true;
                        return;
                    }
                    for (int i = 0; i < count; i++)
                        if (buffer[i] != (byte)next++) wrong++;
                }
            });
            for (int turns = killed % 7; turns >= 0 && !receiver.Dead; turns--) Greenlet.Yield();
            if (killed % 5 == 0) Thread.Sleep(1);
            receiver.Kill();
            killed++;
        }
        sender.Wait();
        next.Should().Be(Total);
        wrong.Should().Be(0);
        killed.Should().BeGreaterThan(3, "else nobody was killed in time");
        near.Dispose();
        far.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Accept_KilledAtAnyMoment_LosesNoConnection(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Connections = 150;
        using Socket listener = Wires.Listen(256);
        Task connector = Wires.Natively(() =>
        {
            for (int i = 0; i < Connections; i++)
            {
                using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                client.Connect(listener.LocalEndPoint!);
                if (i % 10 == 0) Thread.Sleep(1);
            }
        });
        int accepted = 0, killed = 0;
        while (accepted < Connections)
        {
            Greenlet acceptor = Greenlet.Spawn(() =>
            {
                while (accepted < Connections)
                {
                    Socket socket = listener.Accept();
                    accepted++;
                    socket.Dispose();
                }
            });
            Thread.Sleep(killed % 3);
            acceptor.Kill();
            killed++;
            if (killed > 20_000) break;
        }
        connector.Wait();
        accepted.Should().Be(Connections);
        listener.Poll(0, SelectMode.SelectRead).Should().BeFalse();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReceiveFrom_KilledAtAnyMoment_LosesNoDatagram(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Datagrams = 2000;
        using Socket near = Wires.Udp(), far = Wires.Udp();
        near.ReceiveBufferSize = 4_000_000;
        int next = 0, wrong = 0, killed = 0;
        Task sender = Wires.Natively(() =>
        {
            for (int i = 0; i < Datagrams; i++)
            {
                far.SendTo(BitConverter.GetBytes(i), near.LocalEndPoint!);
                // Never more under way than the buffer holds: UDP drops the rest.
                while (i - Volatile.Read(ref next) > 100) Thread.Sleep(0);
            }
        });
        while (next < Datagrams && killed < 100_000)
        {
            Greenlet receiver = Greenlet.Spawn(() =>
            {
                byte[] buffer = new byte[8];
                EndPoint from = s_any;
                while (next < Datagrams)
                {
                    int count = near.ReceiveFrom(buffer, ref from);
                    if (count != 4 || BitConverter.ToInt32(buffer) != next) wrong++;
                    next++;
                }
            });
            for (int turns = killed % 4; turns >= 0 && !receiver.Dead; turns--) Greenlet.Yield();
            if (killed % 3 == 0) Thread.Sleep(1);
            receiver.Kill();
            killed++;
        }
        sender.Wait(10_000).Should().BeTrue("{0} of the datagrams came", next);
        next.Should().Be(Datagrams);
        wrong.Should().Be(0);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_InjectedWhileItWaits_TheSocketCanBeClosedAndTheListenerGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Socket listener = Wires.Listen(backlog: 0);
        var clients = new List<Socket>();
        int ended = 0;
        foreach (bool timeout in new[] { false, true })
        {
            Greenlet[] victims = Enumerable.Range(0, 4).Select(_ => Greenlet.Spawn(() =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(socket);
                using GreenletTimeout? scope = timeout ? GreenletTimeout.Start(TimeSpan.FromMilliseconds(60)) : null;
                try
                {
                    socket.Connect(listener.LocalEndPoint!);
                }
                catch (Exception e) when (e is GreenletTimeout or GreenletExit)
                {
                    ended++;
                }
            })).ToArray();
            Thread.Sleep(30);
            if (!timeout) foreach (Greenlet victim in victims) victim.Kill();
            Greenlet.JoinAll(victims, TimeSpan.FromSeconds(20)).Should().HaveCount(4);
        }
        ended.Should().BeGreaterThan(1, "the backlog is full");
        foreach (Socket client in clients) client.Dispose();
        while (listener.Poll(50_000, SelectMode.SelectRead)) listener.Accept().Dispose();
        using var last = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        last.Connect(listener.LocalEndPoint!);
        using Socket accepted = listener.Accept();
        accepted.Send([5]);
        last.Receive(new byte[2]).Should().Be(1);
    });
}
