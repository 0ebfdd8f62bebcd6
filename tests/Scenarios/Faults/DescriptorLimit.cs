using System.Net.Sockets;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>
/// No descriptor is left (EMFILE): what needs one fails as natively, who waits goes on waiting and is woken, and all goes on when there are some again. "native" or "patched": what is printed must be
/// the same. With "waiting" instead: an accept that waits already, which is where the two differ (docs/limits.md).
/// </summary>
internal sealed class DescriptorLimit : IScenario
{
    private const int Attempts = 3;

    public int Run(string[] args)
    {
        if (args is ["waiting", ..]) return Waiting();
        bool patched = Begin.Patched(args);
        // On a thread: green where it is patched. First with descriptors, since the first use of a class opens files: libraries, time zones, messages.
        string[] rehearsed = [], lines = [];
        var thread = new Thread(() =>
        {
            rehearsed = Observe(patched, exhaust: false);
            lines = Observe(patched, exhaust: true);
        });
        thread.Start();
        thread.Join();
        foreach (string line in lines) Console.WriteLine(line);
        return rehearsed.Length > 0 && lines.Length > 0 ? 0 : 1;
    }

    private static string[] Observe(bool patched, bool exhaust)
    {
        var said = new List<string>();
        using Socket listener = TcpPair.Listen();
        using var pair = new TcpPair(listener);
        using Socket first = NewSocket(), second = NewSocket(), tooSoon = NewSocket();
        var received = new Partner(patched, () => pair.Near.Receive(new byte[4]));
        var selected = new Partner(patched, () => Select(pair.Far, 20_000_000));
        using var go = new ManualResetEventSlim(); // no thread can be started later
        var selects = new Partner(patched, () =>
        {
            go.Wait();
            return Select(pair.Near, 20_000_000);
        });
        using (Descriptors.Taken? taken = exhaust ? Descriptors.TakeAll() : null)
        {
            Say(said, "a new socket", () => Dispose(NewSocket()));
            Say(said, "a new thread", () => Started(() => { }));
            Say(said, "connect of an old socket", () => Connect(first, listener));
            Say(said, "connect to nobody", () => Connect(tooSoon, null));
            for (int i = 0; i < Attempts && exhaust; i++) Say(said, "accept", () => Dispose(listener.Accept()));
            pair.Far.Send([1]);
            Say(said, "a receive that waited", received.End);
            pair.Near.Send([1]);
            Say(said, "a select that waited", selected.End);
            taken?.Again(); // whatever a select that waits has needed
            Say(said, "poll", () => pair.Near.Poll(5000, SelectMode.SelectRead));
            Say(said, "poll for errors", () => pair.Near.Poll(5000, SelectMode.SelectError));
            Say(said, "select in vain", () => Select(pair.Near, 20_000));
            pair.Far.ReceiveTimeout = 30;
            Say(said, "a byte", () => pair.Far.Receive(new byte[1]));
            Say(said, "a timeout", () => pair.Far.Receive(new byte[1]));
            go.Set();
            Thread.Sleep(40);
            pair.Far.Send([1]);
            Say(said, "a select that waits", selects.End);
            if (patched && !OthersRun(listener, exhaust)) said.Add("an accept that fails again and again keeps the hub from others");
        }

        using (Socket accepted = listener.Accept()) Say(said, "with descriptors again, the connection that waited", () => accepted.RemoteEndPoint!.Equals(first.LocalEndPoint));
        Say(said, "connect", () => Connect(second, listener));
        Say(said, "accept", () => Dispose(listener.Accept()));
        Say(said, "a new socket", () => Dispose(NewSocket()));
        Say(said, "a new thread", () => Started(() => { }));
        return [.. said];
    }

    /// <summary>The accept of who waited before the last descriptor was taken.</summary>
    private static int Waiting()
    {
        _ = Patch.All();
        var checks = new Checks();
        using Socket listener = TcpPair.Listen();
        using Socket client = NewSocket(), idle = NewSocket();
        Dispose(TcpPair.Listen());
        idle.Connect(listener.LocalEndPoint!);
        Dispose(listener.Accept());
        string end = "";
        var acceptor = new Thread(() => end = Ending(() => Dispose(listener.Accept())));
        acceptor.Start();
        Thread.Sleep(50);
        using (Descriptors.TakeAll())
        {
            TimeSpan spent = TimeSpan.MaxValue;
            for (int round = 0; round < 10 && spent >= TimeSpan.FromMilliseconds(200); round++) // the compiler may be at work in the background
            {
                TimeSpan before = Vitals.ProcessorTime;
                Thread.Sleep(300);
                spent = Vitals.ProcessorTime - before;
            }

            checks.That("it waits, and does not try again and again", acceptor.IsAlive && spent < TimeSpan.FromMilliseconds(200), spent);
            client.Connect(listener.LocalEndPoint!);
            acceptor.Join();
            checks.That("and is told when a connection comes", end == "SocketException TooManyOpenSockets", end);
            string why = "";
            try
            {
                new Thread(() => { }).Start();
            }
            catch (FiberLimitException e)
            {
                why = e.Message;
            }

            checks.That("a green thread that cannot be had says why", why.Contains("no descriptor left (ulimit -n)", StringComparison.Ordinal), why);
        }

        using Socket accepted = listener.Accept();
        checks.That("the connection is still there", accepted.RemoteEndPoint!.Equals(client.LocalEndPoint));
        return checks.Finish();
    }

    /// <summary>A loop that takes no notice of its errors spins, natively too. Here it must give its turn away.</summary>
    private static bool OthersRun(Socket listener, bool exhaust)
    {
        bool ran = false;
        Greenlet other = Greenlet.Spawn(() =>
        {
            Thread.Sleep(10);
            ran = true;
        });
        long start = Environment.TickCount64;
        while (exhaust && !ran && Environment.TickCount64 - start < 20_000) _ = Ending(() => Dispose(listener.Accept()));
        other.Join();
        return ran && Environment.TickCount64 - start < 20_000;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static string Dispose(Socket socket)
    {
        socket.Dispose();
        return "done";
    }

    private static string Connect(Socket socket, Socket? listener)
    {
        if (listener is not null) socket.Connect(listener.LocalEndPoint!);
        else socket.Connect("127.0.0.1", 1);
        return "done";
    }

    private static string Started(Action body)
    {
        var thread = new Thread(() => body());
        thread.Start();
        thread.Join();
        return "ran";
    }

    private static string Select(Socket socket, int microseconds)
    {
        var read = new List<Socket> { socket };
        Socket.Select(read, null, null, microseconds);
        return read.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Say(List<string> said, string name, Func<object> call) => said.Add($"{name}: {Ending(call)}");

    private static string Ending(Func<object> call)
    {
        try
        {
            return call().ToString()!;
        }
        catch (SocketException e)
        {
            return $"SocketException {e.SocketErrorCode}";
        }
        catch (OutOfMemoryException)
        {
            return "OutOfMemoryException"; // or what derives from it
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }

    /// <summary>Somebody who waits in a call already.</summary>
    private sealed class Partner
    {
        private readonly Thread _thread;
        private string _end = "";
        private int _looks;

        public Partner(bool patched, Func<object> call)
        {
            int most = patched ? 2000 : 100; // natively nobody can see that a call of the system waits
            _thread = new Thread(() => _end = Ending(call));
            _thread.Start();
            while ((_thread.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) == 0 && _looks++ < most) Thread.Sleep(5);
        }

        public string End()
        {
            _thread.Join();
            return _end;
        }
    }
}
