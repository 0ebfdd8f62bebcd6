using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FluentAssertions;
using Patchy.Events;

namespace Patchy.Backdoor.Tests;

/// <summary>Whose output goes where (gevent: standard output and error of a session's greenlet are its client's).</summary>
public sealed class ConsoleTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Console_OfASession_LeadsToItsClientOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var capture = new Capture();
        var gate = new Event();
        using var server = new BackdoorServer("127.0.0.1:0", new { gate });
        server.Start();
        TextWriter seen = Console.Out;
        Client one = Client.Of(server), two = Client.Of(server);
        Console.Out.Should().NotBeSameAs(seen, "while there are sessions it leads to them");

        one.Ask("Console.WriteLine($\"one {1}\"); Console.Write('c'); Console.Out.Write(\"ha\".ToCharArray()); Console.Error.WriteLine(\"error\");").Should().Be("one 1\nchaerror\n");
        two.Ask("Console.WriteLine(\"two\"); 3").Should().Be("two\n3\n");
        Console.WriteLine("program");
        Client.Natively(() => { Console.WriteLine("native"); return 0; });
        one.Ask("Greenlet.Spawn(() => Console.WriteLine(\"child\")).Join(); await Task.Run(() => Console.WriteLine(\"task\"));").Should().Be("child\ntask\n", "what a session starts is the session's");

        one.Ask("Greenlet.Spawn(() => { gate.Wait(); Console.WriteLine(\"later\"); });");
        one.Send("quit()\n");
        one.ToEnd().Should().BeEmpty();
        OnHub.Until(() => server.Pool!.Count == 1).Should().BeTrue();
        gate.Set();
        OnHub.Until(() => capture.Text.Contains("later", StringComparison.Ordinal)).Should().BeTrue("after the session has ended it is the process's");
        two.Send("exit()\n");
        two.ToEnd();
        OnHub.Until(() => ReferenceEquals(Console.Out, seen)).Should().BeTrue("the last session leaves everything as it was");
        capture.Text.Should().Be("program\nnative\nlater\n");
        one.Dispose();
        two.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ConsoleOut_ThatTheProgramHasReplacedMeanwhile_StaysWhatItIs(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var capture = new Capture();
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        using Client client = Client.Of(server);
        var own = new StringWriter();
        Console.SetOut(own);
        TextWriter set = Console.Out;
        client.Send("quit()\n");
        client.ToEnd();
        OnHub.Until(() => server.Pool!.Count == 0).Should().BeTrue();
        Console.Out.Should().BeSameAs(set);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Output_ThatTheClientDoesNotRead_HoldsUpNobodyForLong(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var capture = new Capture();
        var written = new Event();
        using var server = new BackdoorServer("127.0.0.1:0", new { written });
        server.Start();
        using Client client = Client.Of(server);

        client.Send("for (int i = 0; i < 100; i++) Console.WriteLine(new string('x', 200000)); written.Set();\n");
        written.Wait(TimeSpan.FromSeconds(30)).Should().BeTrue("20 MB is more than the kernel and the session keep, and the code goes on all the same");
        Console.WriteLine("program");
        capture.Text.Should().Be("program\n", "the console is everybody's, whatever a client does");
        client.Until(Client.Prompt).Should().Contain("characters of output are left out");
        client.Ask("1 + 1").Should().Be("2\n");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Output_OfTwoThatWaitForRoomAtOnce_IsSentOrCounted(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Console.Out and Console.Error have a lock each, so a session can have two writers.
        const int Many = 1 << 20;
        (Socket near, Socket far) = Connected();
        var output = new SessionOutput(near);
        string much = new('x', Many);
        output.Write(much);
        output.Write(much);
        Greenlet[] writers = [Greenlet.Spawn(() => output.Write(much)), Greenlet.Spawn(() => output.Write(much))];
        Greenlet.Yield();
        writers.Should().OnlyContain(writer => !writer.Dead, "both wait for room, else this test says nothing");
        Task<string> received = Task.Factory.StartNew(() => ReadAll(far), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Greenlet.JoinAll(writers);
        output.Drain(TimeSpan.FromSeconds(30));
        near.Shutdown(SocketShutdown.Send);
        string text = Greenlet.Await(received);
        long leftOut = 0;
        for (int at = text.IndexOf('['); at >= 0; at = text.IndexOf('[', at + 1)) leftOut += long.Parse(text.AsSpan(at + 1, text.IndexOf(' ', at) - at - 1), CultureInfo.InvariantCulture);
        (text.Count(static c => c == 'x') + leftOut).Should().Be(4 * Many);
        near.Dispose();
        far.Dispose();
    });

    [Fact]
    public void NewLine_OfTheProgramsConsole_StaysWhatItIs()
    {
        using var console = new StringWriter { NewLine = "\r\n" };
        using var routed = new RoutedWriter(console);
        routed.WriteLine("text");
        routed.WriteLine();
        routed.WriteLine(5);
        routed.NewLine = "\n\n";
        routed.WriteLine(6);
        console.ToString().Should().Be("text\r\n\r\n5\r\n6\n\n");
        console.NewLine.Should().Be("\n\n", "what the program sets there is the console's");
    }

    private static (Socket Near, Socket Far) Connected() => Client.Natively(() =>
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4096 };
        near.Connect(listener.LocalEndPoint!);
        return (near, listener.Accept());
    });

    private static string ReadAll(Socket socket)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[1 << 16];
        while (socket.Receive(buffer) is > 0 and int count) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }

    /// <summary>Console.Out of the test host, caught.</summary>
    private sealed class Capture : IDisposable
    {
        private readonly TextWriter _before = Console.Out;
        private readonly StringWriter _text = new();
        private readonly TextWriter _locked; // what Console makes of it, and locks for each write

        public Capture()
        {
            Console.SetOut(_text);
            _locked = Console.Out;
        }

        public string Text
        {
            get
            {
                lock (_locked) return _text.ToString();
            }
        }

        public void Dispose() => Console.SetOut(_before);
    }
}
