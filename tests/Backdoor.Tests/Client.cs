using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchy.Backdoor.Tests;

/// <summary>The other side of a session. Its calls block; they run on native threads, so that it is no part of what is tested.</summary>
internal sealed class Client : IDisposable
{
    public const string Prompt = ">>> ";
    public const string Continuation = "... ";
    private const int Patience = 40_000; // the compiler's first words may take seconds

    private readonly Socket _socket;
    private readonly StringBuilder _received = new();

    private Client(Socket socket) => _socket = socket;

    /// <summary>Connects and waits for the first prompt.</summary>
    public static Client Of(BackdoorServer server)
    {
        Client client = Open(server);
        client.Greeting = client.Until(Prompt);
        return client;
    }

    public static Client Open(BackdoorServer server) => Natively(() =>
    {
        EndPoint address = server.Address!;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Patience, SendTimeout = Patience };
        socket.Connect(address);
        return new Client(socket);
    });

    /// <summary>What came before the first prompt.</summary>
    public string Greeting { get; private set; } = "";

    /// <summary>Sends a line, and gives what comes until the next prompt, without that.</summary>
    public string Ask(string line, string prompt = Prompt)
    {
        Send(line + "\n");
        return Until(prompt);
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] bytes) => Natively(() => _socket.Send(bytes));

    public void SendNoMore() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>All that comes until that text, without it.</summary>
    public string Until(string end) => Natively(() =>
    {
        int at, from = 0;
        while ((at = _received.ToString(from, _received.Length - from).IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            from = Math.Max(0, _received.Length - end.Length); // what has been searched has it not
            if (!Receive()) throw new InvalidOperationException($"The session has ended and \"{end}\" did not come: {_received}");
        }
        at += from;
        string text = _received.ToString(0, at);
        _received.Remove(0, at + end.Length);
        return text;
    });

    /// <summary>All that comes until the server closes the connection.</summary>
    public string ToEnd() => Natively(() =>
    {
        while (Receive()) { }
        return _received.ToString();
    });

    public void Dispose() => _socket.Dispose();

    /// <summary>Runs on a native thread; the calling greenlet waits in Patchy.</summary>
    public static T Natively<T>(Func<T> body) => Greenlet.Await(Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    private bool Receive()
    {
        byte[] buffer = new byte[8192];
        int count = _socket.Receive(buffer);
        _received.Append(Encoding.UTF8.GetString(buffer, 0, count));
        return count > 0;
    }
}
