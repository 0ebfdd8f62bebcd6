using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Socket.Connect beyond the plain case: refusals, names with many addresses, states, and ends of a connect that waits.</summary>
[Sockets(Reader = false)] // nobody can receive on what is not connected yet
internal static class ConnectBodies
{
    private static Socket Tcp() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static int Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>A listener whose backlog is full, so that a further connect waits.</summary>
    private static (Socket Listener, List<Socket> Fillers) Full()
    {
        Socket listener = Loopback.Listen(0);
        var fillers = new List<Socket>();
        for (int i = 0; i < 2; i++)
        {
            Socket filler = Tcp();
            fillers.Add(filler);
            filler.Blocking = false;
            try
            {
                filler.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException)
            {
                filler.Poll(30_000, SelectMode.SelectWrite);
            }
        }

        return (listener, fillers);
    }

    [Body]
    public static void Refused_TheSocketCanTryAgain(Outcome o)
    {
        using Socket socket = Tcp();
        using Socket closed = Loopback.Refusing();
        o.Does("refused", () => socket.Connect(IPAddress.Loopback, Port(closed)));
        o.Does("again", () => socket.Connect(IPAddress.Loopback, Port(closed)));
        o.Say("state", $"{socket.Connected} {socket.IsBound} {socket.Blocking} {socket.RemoteEndPoint}");
        using Socket listener = Loopback.Listen();
        o.Does("accepted", () => socket.Connect(listener.LocalEndPoint!));
        o.Say("connected", socket.Connected);
        o.Does("send", () => socket.Send([1]));
    }

    [Body]
    public static void ManyAddresses_TheFirstThatAnswersIsTaken(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        using (Socket socket = Tcp())
        {
            o.Does("second of two", () => socket.Connect([IPAddress.Parse("127.0.0.3"), IPAddress.Loopback], Port(listener)));
            o.Say("remote", socket.RemoteEndPoint);
        }

        using (Socket socket = Tcp())
            o.Does("none answers", () => socket.Connect([IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4")], Port(listener)));
        using (Socket socket = Tcp())
            o.Does("no address", () => socket.Connect([], Port(listener)));
        using (var dual = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            o.Does("dual mode by name", () => dual.Connect("localhost", Port(listener))); // ::1 refuses, 127.0.0.1 answers
            o.Say("connected", $"{dual.Connected} {dual.DualMode}");
        }

        using (var dual = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            o.Does("dual mode, v4 address", () => dual.Connect(IPAddress.Loopback, Port(listener)));
            o.Say("remote", dual.RemoteEndPoint);
        }

        using (Socket socket = Tcp())
            o.Does("v6 address on v4", () => socket.Connect(IPAddress.IPv6Loopback, Port(listener)));
        using (var client = new TcpClient())
            o.Does("TcpClient by name", () => client.Connect("localhost", Port(listener)));
        using Socket closed = Loopback.Refusing();
        o.Does("TcpClient refused", () => new TcpClient("localhost", Port(closed)));
    }

    [Body(MayHold = 200)]
    public static void Names_Bad_Throw(Outcome o)
    {
        using Socket socket = Tcp();
        string noName = new('a', 64); // longer than a label can be, so that no server is asked
        o.Does("no such name", () => socket.Connect(noName, 80));
        o.Does("no such name, end point", () => socket.Connect(new DnsEndPoint(noName, 80)));
        o.Does("null name", () => socket.Connect((string)null!, 80));
        o.Does("port -1", () => socket.Connect("localhost", -1));
        o.Does("port 65536", () => socket.Connect("localhost", 65536));
        o.Does("port 0", () => socket.Connect(IPAddress.Loopback, 0));
        o.Does("family", () => socket.Connect(new UnixDomainSocketEndPoint("/tmp/x")));
        o.Say("after all that", $"{socket.Connected} {socket.Blocking}");
    }

    [Body]
    public static void WrongStates_Throw(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        o.Does("a listener connects", () => listener.Connect(listener.LocalEndPoint!));
        using Socket socket = Tcp();
        socket.Connect(listener.LocalEndPoint!);
        o.Does("connected already", () => socket.Connect(listener.LocalEndPoint!));
        o.Does("connected already, by name", () => socket.Connect("localhost", Port(listener)));
        o.Does("accept on a client", () => socket.Accept());
        o.Does("listen on a client", () => socket.Listen(1));
        socket.Shutdown(SocketShutdown.Both);
        o.Does("disconnect", () => socket.Disconnect(false));
        o.Say("connected", socket.Connected);
        o.Does("connect again", () => socket.Connect(listener.LocalEndPoint!));
        socket.Dispose();
        o.Does("disposed", () => socket.Connect(listener.LocalEndPoint!));
    }

    [Body]
    public static void NonBlocking_SaysItIsInProgress(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        using Socket socket = Tcp();
        socket.Blocking = false;
        o.NeverSwitches("Connect", () => socket.Connect(listener.LocalEndPoint!));
        o.Does("poll", () => socket.Poll(2_000_000, SelectMode.SelectWrite));
        using Socket accepted = listener.Accept();
        o.Does("send", () => socket.Send([1]));
        o.Does("receive", () => accepted.Receive(new byte[2]));
        using Socket refused = Tcp();
        refused.Blocking = false;
        using Socket closed = Loopback.Refusing();
        o.Does("refused", () =>
        {
            try
            {
                refused.Connect(IPAddress.Loopback, Port(closed));
            }
            catch (SocketException)
            {
                // in progress
            }

            return $"{refused.Poll(1_000_000, SelectMode.SelectError)} {refused.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)}";
        });
    }

    [Body(Blocks = 30)]
    public static void Waiting_EndsWithTimeoutOrDispose(Outcome o, PartnerKind kind)
    {
        (Socket listener, List<Socket> fillers) = Full();
        using (Socket socket = Tcp())
        {
            socket.SendTimeout = 80;
            o.Took("send timeout", 75, () => socket.Connect(listener.LocalEndPoint!));
            o.Say("connected", socket.Connected);
        }

        Socket closed = Tcp();
        Partner closer = Partner.Later(kind, () => closed.Dispose());
        o.Took("disposed", 30, () => closed.Connect(listener.LocalEndPoint!));
        closer.Join();
        foreach (Socket filler in fillers) filler.Dispose();
        listener.Dispose();
    }

    [Body(Blocks = 30)]
    public static void Asynchronous_WaitedFor_Works(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        using Socket socket = Tcp();
        socket.ConnectAsync(listener.LocalEndPoint!).Wait();
        Task<Socket> accept = listener.AcceptAsync();
        using Socket accepted = accept.Result;
        o.Does("sync on an asynchronous connection", () => socket.Send([1]));
        o.Does("received", () => accepted.Receive(new byte[2]));
        Partner sender = Partner.Later(() => accepted.Send([2]));
        o.Took("receive", 30, () => socket.Receive(new byte[2]));
        sender.Join();
        using Socket old = Tcp();
        o.Does("begin, end", () =>
        {
            old.EndConnect(old.BeginConnect(listener.LocalEndPoint!, null, null));
            return old.Connected;
        });
    }
}
