using System.Net;
using System.Net.Mail;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

#pragma warning disable SYSLIB0014 // FtpWebRequest: legacy code uses it, so it is under test

namespace Patchy.Conformance.Bodies;

/// <summary>Clients of the class library that do their own protocol on the calling thread: mail, FTP, ping, NegotiateStream; and the close of a socket that lingers.</summary>
[Sockets(Reader = false)]
internal static class ServiceBodies
{
    /// <summary>A server of lines for one connection after the other.</summary>
    private sealed class LineServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Partner _acceptor;

        public LineServer(PartnerKind kind, Action<StreamReader, StreamWriter> serve)
        {
            _listener.Start();
            _acceptor = Partner.Start(kind, () =>
            {
                try
                {
                    while (true)
                    {
                        using TcpClient client = _listener.AcceptTcpClient();
                        try
                        {
                            serve(new StreamReader(client.GetStream(), Encoding.ASCII), new StreamWriter(client.GetStream(), Encoding.ASCII) { AutoFlush = true, NewLine = "\r\n" });
                        }
                        catch (IOException)
                        {
                            // the client went away
                        }
                    }
                }
                catch (Exception e) when (e is SocketException or InvalidOperationException)
                {
                    // stopped while it waited, or between two clients
                }
            });
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _listener.Stop();
            _acceptor.Join();
        }
    }

    [Body(Blocks = 60, MayHold = 800)]
    public static void Smtp_Send_Works(Outcome o, PartnerKind kind)
    {
        var mail = new List<string>();
        using var server = new LineServer(kind, (reader, writer) =>
        {
            Outcome.Settle();
            writer.WriteLine("220 ready");
            string? line;
            while ((line = reader.ReadLine()) is not null)
            {
                if (line == "QUIT") break;
                if (line != "DATA")
                {
                    mail.Add(line.Split(' ')[0]);
                    writer.WriteLine(line.Contains("refused", StringComparison.Ordinal) ? "550 not here" : "250 fine");
                    continue;
                }

                writer.WriteLine("354 go on");
                while ((line = reader.ReadLine()) is not null and not ".")
                {
                    if (!line.StartsWith("Date:", StringComparison.Ordinal)) mail.Add(line);
                }

                Outcome.Settle();
                writer.WriteLine("250 taken");
            }
        });
        using (var client = new SmtpClient("127.0.0.1", server.Port))
        {
            o.Took("Send", 100, () => client.Send("from@example.org", "to@example.org", "subject", "body\nsecond"));
            o.Does("refused", () => client.Send("from@example.org", "refused@example.org", "subject", "body"));
        }

        o.Say("mail", mail.Where(l => !l.StartsWith("EHLO", StringComparison.Ordinal)));
    }

    [Body(Blocks = 60, MayHold = 800)]
    public static void Smtp_Timeout_Throws(Outcome o, PartnerKind kind)
    {
        using var silent = new LineServer(kind, (reader, _) => reader.ReadLine());
        using var client = new SmtpClient("127.0.0.1", silent.Port) { Timeout = 120 };
        o.Took("Send", 100, () =>
        {
            try
            {
                client.Send("a@example.org", "b@example.org", "s", "b");
                return "sent?";
            }
            catch (SmtpException e)
            {
                return e.StatusCode;
            }
        });
    }

    [Body(Blocks = 60, MayHold = 800)]
    public static void Ftp_DownloadAndUpload_Work(Outcome o, PartnerKind kind)
    {
        string stored = "";
        using var server = new LineServer(kind, (reader, writer) => ServeFtp(reader, writer, text => stored = text));
        string url = $"ftp://127.0.0.1:{server.Port}/";
        o.Took("download", 60, () =>
        {
            var request = (FtpWebRequest)WebRequest.Create(url + "file.txt");
            request.KeepAlive = false;
            using WebResponse response = request.GetResponse();
            using var reader = new StreamReader(response.GetResponseStream());
            return reader.ReadToEnd();
        });
        o.Took("upload", 60, () =>
        {
            var request = (FtpWebRequest)WebRequest.Create(url + "up.txt");
            request.Method = WebRequestMethods.Ftp.UploadFile;
            request.KeepAlive = false;
            using (Stream to = request.GetRequestStream()) to.Write("uploaded"u8);
            using var response = (FtpWebResponse)request.GetResponse();
            return response.StatusCode;
        });
        o.Say("stored", stored);
        o.Does("missing", () =>
        {
            var request = (FtpWebRequest)WebRequest.Create(url + "missing.txt");
            request.KeepAlive = false;
            return request.GetResponse();
        });
    }

    private static void ServeFtp(StreamReader reader, StreamWriter writer, Action<string> store)
    {
        using var data = new TcpListener(IPAddress.Loopback, 0);
        data.Start();
        writer.WriteLine("220 ready");
        string? line;
        while ((line = reader.ReadLine()) is not null)
        {
            int port = ((IPEndPoint)data.LocalEndpoint).Port;
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "USER": writer.WriteLine("331 password"); break;
                case "PASS": writer.WriteLine("230 in"); break;
                case "PWD": writer.WriteLine("257 \"/\" here"); break;
                case "PASV": writer.WriteLine($"227 at (127,0,0,1,{port >> 8},{port & 255})"); break;
                case "EPSV": writer.WriteLine($"229 at (|||{port}|)"); break;
                case "RETR" when line.Contains("missing", StringComparison.Ordinal):
                    writer.WriteLine("550 no such file");
                    break;
                case "RETR":
                    Outcome.Settle();
                    writer.WriteLine("150 coming");
                    using (TcpClient to = data.AcceptTcpClient())
                    {
                        Outcome.Settle();
                        to.GetStream().Write("downloaded"u8);
                    }

                    writer.WriteLine("226 done");
                    break;
                case "STOR":
                    writer.WriteLine("150 send");
                    using (TcpClient from = data.AcceptTcpClient()) store(new StreamReader(from.GetStream()).ReadToEnd());
                    Outcome.Settle();
                    writer.WriteLine("226 done");
                    break;
                case "QUIT":
                    writer.WriteLine("221 bye");
                    return;
                default: writer.WriteLine("200 fine"); break;
            }
        }
    }

    [Body(MayHold = 800)]
    public static void Ping_Loopback_Answers(Outcome o)
    {
        using var ping = new Ping();
        o.Does("address", () => ping.Send(IPAddress.Loopback, 8000).Status);
        o.Does("name", () => ping.Send("localhost", 8000).Status);
        o.Does("bad timeout", () => ping.Send(IPAddress.Loopback, -1));
    }

    [Body(MayHold = 800)]
    public static void Ping_NobodyThere_LetsOthersRun(Outcome o)
    {
        // Nobody answers in a group without members. Without a route the machine says so at once: then that is what every mode must say, and nothing waits.
        using var ping = new Ping();
        int turns = 0;
        bool stop = false;
        Partner other = Partner.Start(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                turns++;
                Thread.Sleep(1);
            }
        });
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        o.Does("nobody", () => ping.Send(IPAddress.Parse("239.1.2.3"), 200).Status);
        bool waited = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds > 150;
        for (int again = 0; again < 20 && waited && Volatile.Read(ref turns) <= 5; again++) // a machine that pauses may give nobody a turn in that time
        {
            Volatile.Write(ref turns, 0);
            try
            {
                ping.Send(IPAddress.Parse("239.1.2.3"), 200);
            }
            catch (PingException)
            {
                // said above
            }
        }

        Volatile.Write(ref stop, true);
        other.Join();
        o.Say("others ran if it waited", !waited || turns > 5);
    }

    [Body(Blocks = 30, MayHold = 800)]
    public static void NegotiateStream_Handshake_WaitsForThePeer(Outcome o, PartnerKind kind)
    {
        // A whole handshake needs Kerberos or NTLM libraries that few machines have; waiting for the peer's first message does not.
        using var pair = new Loopback();
        Partner peer = Partner.Later(kind, () => pair.Client.Close());
        using var server = new NegotiateStream(new NetworkStream(pair.Server));
        o.Took("AuthenticateAsServer", 30, () =>
        {
            try
            {
                server.AuthenticateAsServer();
                return "authenticated?";
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                return e.GetType().Name;
            }
        });
        peer.Join();
        o.Does("read before", () => server.ReadByte());
    }

    [Body(Blocks = 300)]
    public static void Close_OfASocketThatLingers_WaitsForItsBytes(Outcome o)
    {
        var pair = new Loopback();
        pair.Client.LingerState = new LingerOption(true, 1);
        pair.Client.SendTimeout = 50;
        try
        {
            while (true) pair.Client.Send(new byte[1 << 20]);
        }
        catch (SocketException e)
        {
            o.Say("full", e.SocketErrorCode);
        }

        o.Took("Dispose", 900, () => pair.Client.Dispose());
        pair.Server.Dispose();
    }
}
