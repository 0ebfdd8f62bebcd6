using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>Each step that goes to the kernel itself ends as the class library's own step does, in the same situation.</summary>
public sealed class SystemCallsTests
{
    private static readonly byte[] s_data = [1, 2, 3, 4, 5];

    public static TheoryData<string> Situations() =>
        ["nothing has come", "something has come", "more than fits has come", "the peer is at its end", "the peer has reset", "own end was shut down", "not connected", "listening", "datagrams", "closed"];

    [Theory]
    [MemberData(nameof(Situations))]
    public void TryReceive_InEachSituation_EndsAsTheClassLibrarysStep(string situation)
    {
        string own = In(situation, socket => Receive(socket, ownStep: true));
        own.Should().Be(In(situation, socket => Receive(socket, ownStep: false)));
        if (situation == "the peer has reset") own.Should().StartWith("True 0 ConnectionReset");
        if (situation == "nothing has come") own.Should().StartWith("False 0");
    }

    [Theory]
    [MemberData(nameof(Situations))]
    public void TrySend_InEachSituation_EndsAsTheClassLibrarysStep(string situation)
    {
        string own = In(situation, socket => Send(socket, ownStep: true));
        own.Should().Be(In(situation, socket => Send(socket, ownStep: false)));
        if (situation == "own end was shut down") own.Should().StartWith("True 0 Shutdown");
        if (situation == "nothing has come") own.Should().StartWith("True 5 Success");
    }

    [Fact]
    public void Prepare_HereWhereNothingStandsInForGlibcsFunctions_FindsThem() => SystemCalls.Prepare().Should().BeTrue();

    [Fact]
    public void TrySend_MoreThanTheKernelTakes_SaysHowMuchAndLeavesTheRest()
    {
        (Socket near, Socket far) = Local(); // where only a read makes room
        byte[] data = new byte[20_000_000];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i % 251);
        ReadOnlySpan<byte> left = data;
        int sent = 0;
        SystemCalls.TrySend(near.SafeHandle, ref left, ref sent, out SocketError error).Should().BeFalse();
        error.Should().Be(SocketError.WouldBlock);
        sent.Should().BeInRange(1, data.Length - 1);
        left.Length.Should().Be(data.Length - sent);
        left.SequenceEqual(data.AsSpan(sent)).Should().BeTrue();

        int before = sent;
        SystemCalls.TrySend(near.SafeHandle, ref left, ref sent, out _).Should().BeFalse("nobody has read");
        sent.Should().Be(before);
        byte[] received = new byte[sent];
        for (int count = 0; count < sent;) count += far.Receive(received, count, sent - count, SocketFlags.None);
        received.AsSpan().SequenceEqual(data.AsSpan(0, sent)).Should().BeTrue();
        Close(near, far);
    }

    private static string In(string situation, Func<Socket, string> step)
    {
        (Socket near, Socket far) = Connected();
        Socket used = near;
        switch (situation)
        {
            case "something has come":
                far.Send(s_data);
                Await(near, SelectMode.SelectRead);
                break;
            case "more than fits has come":
                far.Send(new byte[100]);
                Await(near, SelectMode.SelectRead);
                break;
            case "the peer is at its end":
                far.Shutdown(SocketShutdown.Send);
                Await(near, SelectMode.SelectRead);
                break;
            case "the peer has reset":
                far.LingerState = new LingerOption(true, 0);
                far.Dispose();
                Await(near, SelectMode.SelectRead);
                break;
            case "own end was shut down":
                near.Shutdown(SocketShutdown.Both);
                break;
            case "not connected":
                used = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                break;
            case "listening":
                used = Wires.Listen();
                used.Blocking = false;
                break;
            case "datagrams":
                used = Wires.Udp();
                used.Blocking = false;
                used.Connect(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)used.LocalEndPoint!).Port));
                used.Send(new byte[100]);
                Await(used, SelectMode.SelectRead);
                break;
            case "closed":
                _ = near.SafeHandle;
                near.Dispose();
                break;
        }
        string said = step(used);
        Close(near, far);
        used.Dispose();
        return said;
    }

    private static string Receive(Socket socket, bool ownStep)
    {
        byte[] buffer = new byte[32];
        bool done = ownStep
            ? SystemCalls.TryReceive(SocketInternals.Handle(socket), buffer, out int count, out SocketError error)
            : SocketInternals.TryReceive(null, SocketInternals.Handle(socket), buffer, SocketFlags.None, out count, out error);
        return $"{done} {count} {(done ? error : "")} {string.Join(',', buffer)}"; // that of one that has to wait is not looked at
    }

    private static string Send(Socket socket, bool ownStep)
    {
        ReadOnlySpan<byte> data = s_data;
        int sent = 0, index = 0, offset = 0, count = data.Length;
        bool done = ownStep
            ? SystemCalls.TrySend(SocketInternals.Handle(socket), ref data, ref sent, out SocketError error)
            : SocketInternals.TrySendTo(null, SocketInternals.Handle(socket), data, null, ref index, ref offset, ref count, SocketFlags.None, default, ref sent, out error);
        return $"{done} {sent} {(done ? error : "")}";
    }

    /// <summary>Both non-blocking, as every socket is by its first wait on a hub.</summary>
    private static (Socket Near, Socket Far) Connected()
    {
        (Socket near, Socket far) = Wires.Pair();
        near.Blocking = false;
        far.Blocking = false;
        return (near, far);
    }

    private static (Socket Near, Socket Far) Local()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        near.Connect(listener.LocalEndPoint!);
        Socket far = listener.Accept();
        near.Blocking = false;
        File.Delete(path);
        return (near, far);
    }

    private static void Await(Socket socket, SelectMode what) => socket.Poll(TimeSpan.FromSeconds(30), what).Should().BeTrue();

    private static void Close(Socket near, Socket far)
    {
        near.Dispose();
        far.Dispose();
    }
}
