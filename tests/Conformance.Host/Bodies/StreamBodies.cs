using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchy.Conformance.Bodies;

/// <summary>TcpClient, TcpListener, NetworkStream, readers and writers over them, pipes.</summary>
[Sockets]
internal static class StreamBodies
{
    private static (NetworkStream Client, NetworkStream Server) Pair()
    {
        var pair = new Loopback();
        return (new NetworkStream(pair.Client, ownsSocket: true), new NetworkStream(pair.Server, ownsSocket: true));
    }

    [Body(Blocks = 30)]
    public static void NetworkStream_EveryRead_Waits(Outcome o, PartnerKind kind)
    {
        (NetworkStream client, NetworkStream server) = Pair();
        using (client)
        using (server)
        {
            byte[] y = new byte[4];
            foreach ((string name, Func<object?> read) in new (string, Func<object?>)[]
            {
                ("array", () => server.Read(y, 0, 4)),
                ("span", () => server.Read(y.AsSpan())),
                ("byte", () => server.ReadByte()),
                ("exactly", () =>
                {
                    server.ReadExactly(y, 0, 2);
                    return "two";
                }),
                ("at least", () => server.ReadAtLeast(y, 1)),
                ("begin, end", () => server.EndRead(server.BeginRead(y, 0, 4, null, null))),
                ("async result", () => server.ReadAsync(y, 0, 4).Result),
            })
            {
                Partner writer = Partner.Later(kind, () => client.Write([7, 8]));
                o.Took(name, 30, read);
                writer.Join();
                while (server.DataAvailable) server.ReadByte();
            }

            Partner closer = Partner.Later(kind, () => client.Close());
            o.Took("end of stream", 30, () => server.ReadByte());
            o.Does("exactly", () => server.ReadExactly(y));
            closer.Join();
        }
    }

    [Body(Blocks = 40)]
    public static void NetworkStream_Timeouts_AndErrors_AreAsNatively(Outcome o)
    {
        (NetworkStream client, NetworkStream server) = Pair();
        byte[] y = new byte[4];
        server.ReadTimeout = 50;
        o.Say("timeouts", $"{server.ReadTimeout} {server.WriteTimeout} {server.CanTimeout}");
        o.Took("Read", 50, () => server.Read(y, 0, 4));
        o.Does("null", () => server.Read(null!, 0, 1));
        o.Does("range", () => server.Read(y, 3, 2));
        o.Does("timeout 0", () => server.ReadTimeout = 0);
        server.ReadTimeout = Timeout.Infinite;
        Partner closer = Partner.Later(() => server.Dispose());
        // Natively the end (the shutdown) and the error (the close) race: both are right.
        o.Took("disposed while reading", 30, () =>
        {
            try
            {
                return server.Read(y, 0, 4) == 0 ? "ended" : "bytes?";
            }
            catch (IOException)
            {
                return "ended";
            }
        });
        closer.Join();
        o.Does("Read after dispose", () => server.Read(y, 0, 4));
        o.Does("peer reads the end", () => client.ReadByte());
        o.Does("seek", () => client.Position);
        client.Dispose();
        o.Does("Write after dispose", () => client.Write(y));
    }

    [Body(Blocks = 20)]
    public static void ReadersAndWriters_OverNetworkStream_Work(Outcome o, PartnerKind kind)
    {
        (NetworkStream client, NetworkStream server) = Pair();
        Partner peer = Partner.Start(kind, () =>
        {
            using var reader = new StreamReader(server);
            using var writer = new StreamWriter(server) { AutoFlush = true };
            string? line;
            while ((line = reader.ReadLine()) is not null)
            {
                Thread.Sleep(5);
                writer.WriteLine(line.ToUpperInvariant());
            }
        });
        using (client)
        {
            var reader = new StreamReader(client);
            var writer = new StreamWriter(client) { AutoFlush = true, NewLine = "\r\n" };
            foreach (string line in new[] { "one", "two", new string('x', 5000), "" })
            {
                writer.WriteLine(line);
                o.Does("line", () => reader.ReadLine()?.Length);
            }

            client.Socket.Shutdown(SocketShutdown.Send);
            o.Does("rest", () => reader.ReadToEnd());
        }

        peer.Join();
    }

    [Body(Blocks = 30)]
    public static void TcpListenerAndClient_Work(Outcome o, PartnerKind kind)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        o.Does("accept before start", () => listener.AcceptTcpClient());
        listener.Start();
        o.Say("pending", listener.Pending());
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Partner client = Partner.Later(kind, () =>
        {
            using var tcp = new TcpClient("127.0.0.1", port);
            tcp.GetStream().Write("hi"u8);
            o.Say("client got", tcp.GetStream().ReadByte());
        });
        using (TcpClient? accepted = Accept())
        {
            byte[] y = new byte[2];
            o.Does("read", () =>
            {
                accepted!.GetStream().ReadExactly(y);
                return Encoding.ASCII.GetString(y);
            });
            accepted!.GetStream().WriteByte(5);
            client.Join();
        }

        Partner stopper = Partner.Later(kind, () => listener.Stop());
        o.Took("stopped while accepting", 30, () => listener.AcceptTcpClient());
        stopper.Join();
        o.Does("connect afterwards", () => new TcpClient("127.0.0.1", port));

        TcpClient? Accept()
        {
            TcpClient? accepted = null;
            o.Took("AcceptTcpClient", 30, () => (accepted = listener.AcceptTcpClient()).Connected);
            return accepted;
        }
    }

    [Body(Blocks = 30)]
    public static void AnonymousPipe_ReadWaits_AndEnds(Outcome o, PartnerKind kind)
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        byte[] y = new byte[4];
        Partner writer = Partner.Later(kind, () =>
        {
            server.Write([1, 2, 3]);
            Outcome.Settle();
            server.Dispose();
        });
        o.Took("Read", 30, () => client.Read(y, 0, 4));
        o.Took("end", 20, () => client.Read(y, 0, 4));
        writer.Join();
    }

    [Body(Blocks = 20)]
    public static void AnonymousPipe_Full_WriteWaits(Outcome o, PartnerKind kind)
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        byte[] big = new byte[300_000];
        int total = 0;
        Partner reader = Partner.Later(kind, () =>
        {
            byte[] buffer = new byte[65536];
            while (total < big.Length) total += client.Read(buffer);
        });
        o.Took("Write", 30, () => server.Write(big));
        reader.Join();
        o.Say("read", total);
    }

    [Body(Blocks = 30)]
    public static void NamedPipe_ConnectAndTalk_Work(Outcome o, PartnerKind kind)
    {
        string name = $"patchy-{Guid.NewGuid():N}";
        using var server = new NamedPipeServerStream(name, PipeDirection.InOut, 1);
        Partner peer = Partner.Later(kind, () =>
        {
            using var client = new NamedPipeClientStream(".", name, PipeDirection.InOut);
            client.Connect(5000);
            client.Write([1, 2]);
            o.Say("client got", client.ReadByte());
        });
        o.Took("WaitForConnection", 30, () => server.WaitForConnection());
        byte[] y = new byte[2];
        o.Does("read", () =>
        {
            server.ReadExactly(y);
            return y;
        });
        Thread.Sleep(10);
        server.WriteByte(9);
        peer.Join();
        o.Does("end", () => server.ReadByte());
        using var nobody = new NamedPipeClientStream(".", name + "-none", PipeDirection.InOut);
        o.Took("nobody listens", 50, () => nobody.Connect(50));
    }

    [Body(Blocks = 60)]
    public static void NamedPipe_ConnectBeforeTheServer_Waits(Outcome o, PartnerKind kind)
    {
        string name = $"patchy-{Guid.NewGuid():N}";
        using var client = new NamedPipeClientStream(".", name, PipeDirection.In);
        Partner serverSide = Partner.Later(kind, () =>
        {
            using var server = new NamedPipeServerStream(name, PipeDirection.Out, 1);
            server.WaitForConnection();
            Outcome.Settle();
            server.Write(new byte[400_000]); // more than the buffers hold
        });
        o.Took("Connect", 30, () => client.Connect());
        byte[] y = new byte[400_000];
        o.Took("read", 30, () => client.Read(y, 0, 1));
        Thread.Sleep(60);
        o.Does("rest", () => client.ReadAtLeast(y, y.Length - 1, throwOnEndOfStream: false));
        serverSide.Join();
    }

    [Body(Blocks = 30)]
    public static void NamedPipe_WriteWhenFull_Waits(Outcome o, PartnerKind kind)
    {
        string name = $"patchy-{Guid.NewGuid():N}";
        using var server = new NamedPipeServerStream(name, PipeDirection.Out, 1);
        long total = 0;
        Partner reader = Partner.Start(kind, () =>
        {
            using var client = new NamedPipeClientStream(".", name, PipeDirection.In);
            client.Connect();
            Outcome.Settle();
            byte[] buffer = new byte[65536];
            int n;
            while ((n = client.Read(buffer)) > 0) total += n;
        });
        server.WaitForConnection();
        o.Took("Write", 20, () => server.Write(new byte[2_000_000]));
        server.Dispose();
        reader.Join();
        o.Say("read", total);
    }
}
