using System.Net;
using System.Net.Sockets;

namespace Patchy.Scenarios;

/// <summary>
/// A timeout and a kill reach a greenlet inside each patched call that waits, as an exception at that call, while others run; afterwards the object that it waited for works as
/// before: no permit, byte, connection or lock is lost.
/// </summary>
internal sealed class Interruptions : IScenario
{
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(20);
    private readonly Checks _checks = new();
    private int _ticks;

    public int Run(string[] args)
    {
        Patch.All();
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); _ticks++; } });
        while (_ticks == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // it has its stack and its code
        Waits();
        Locks();
        Tasks();
        Sockets();
        ticker.Kill();
        return _checks.Finish();
    }

    private void Waits()
    {
        Case("Thread.Sleep", () => Thread.Sleep(30_000), () => true);
        using var auto = new AutoResetEvent(false);
        Case("WaitOne", () => auto.WaitOne(), () => auto.Set() && auto.WaitOne(1000) && !auto.WaitOne(0));
        using var other = new ManualResetEvent(true);
        Case("WaitAll", () => WaitHandle.WaitAll([auto, other]), () => auto.Set() && WaitHandle.WaitAll([auto, other], 1000));
        Case("WaitAny", () => WaitHandle.WaitAny([auto]), () => auto.Set() && WaitHandle.WaitAny([auto], 1000) == 0);
        using var semaphore = new Semaphore(0, 1);
        Case("Semaphore.WaitOne", () => semaphore.WaitOne(), () => { semaphore.Release(); return semaphore.WaitOne(1000); });
        bool stop = false;
        var thread = new Thread(() => { while (!Volatile.Read(ref stop)) Thread.Sleep(1); });
        thread.Start();
        Case("Thread.Join", () => thread.Join(), () => thread.IsAlive);
        stop = true;
        _checks.That("Thread.Join goes on to work", thread.Join(5000));
    }

    private void Locks()
    {
        object target = new();
        using var release = new ManualResetEvent(false);
        using var held = new ManualResetEvent(false);
        void Hold(Action enter, Action exit)
        {
            release.Reset();
            held.Reset();
            var holder = new Thread(() => { enter(); held.Set(); release.WaitOne(); exit(); });
            holder.Start();
            held.WaitOne();
        }
        Hold(() => Monitor.Enter(target), () => Monitor.Exit(target));
        Case("lock", () => { lock (target) { } }, () => !Monitor.IsEntered(target) && !Monitor.TryEnter(target, 0));
        release.Set();
        _checks.That("lock goes on to work", Monitor.TryEnter(target, 5000));
        Monitor.Exit(target);

        var modern = new Lock();
        Hold(modern.Enter, modern.Exit);
        Case("System.Threading.Lock", () => { lock (modern) { } }, () => !modern.IsHeldByCurrentThread && !modern.TryEnter(0));
        release.Set();
        _checks.That("System.Threading.Lock goes on to work", modern.TryEnter(5000));
        modern.Exit();

        bool heldInFinally = false;
        Case("Monitor.Wait", () =>
        {
            lock (target)
            {
                heldInFinally = false;
                try { Monitor.Wait(target); }
                finally { heldInFinally = Monitor.IsEntered(target); }
            }
        }, () =>
        {
            var pulser = new Thread(() => { lock (target) Monitor.Pulse(target); });
            lock (target)
            {
                pulser.Start();
                return heldInFinally && Monitor.Wait(target, 5000);
            }
        });
        using var slim = new SemaphoreSlim(0);
        Case("SemaphoreSlim.Wait", () => slim.Wait(), () => { slim.Release(); return slim.Wait(1000) && slim.CurrentCount == 0 && !slim.Wait(0); });
        using var slimEvent = new ManualResetEventSlim();
        Case("ManualResetEventSlim.Wait", () => slimEvent.Wait(), () => { bool unset = !slimEvent.IsSet; slimEvent.Set(); bool set = slimEvent.Wait(1000); slimEvent.Reset(); return unset && set; });
    }

    private void Tasks()
    {
        var source = new TaskCompletionSource<int>();
        Case("Task.Wait", () => source.Task.Wait(), () => !source.Task.IsCompleted);
        Case("Task.Result", () => _ = source.Task.Result, () => !source.Task.IsCompleted);
        Case("GetAwaiter().GetResult()", () => source.Task.GetAwaiter().GetResult(), () => !source.Task.IsCompleted);
        Case("Task.WaitAll", () => Task.WaitAll(source.Task, Task.CompletedTask), () => !source.Task.IsCompleted);
        Case("Task.WaitAny", () => Task.WaitAny(source.Task), () => !source.Task.IsCompleted);
        source.SetResult(3);
        _checks.That("Task.Result goes on to work", source.Task.Result == 3);
    }

    private void Sockets()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(16);
        EndPoint address = listener.LocalEndPoint!;
        Case("Socket.Accept", () => listener.Accept(), () => Accepts(listener, address));
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(address);
        using Socket far = listener.Accept();
        byte[] buffer = new byte[1];
        Case("Socket.Receive", () => near.Receive(buffer), () => far.Send([7]) == 1 && near.Receive(buffer) == 1 && buffer[0] == 7);
        using var stream = new NetworkStream(near);
        Case("NetworkStream.Read", () => stream.ReadByte(), () => far.Send([8]) == 1 && stream.ReadByte() == 8);
        Case("Socket.Poll", () => near.Poll(-1, SelectMode.SelectRead), () => far.Send([9]) == 1 && near.Poll(1_000_000, SelectMode.SelectRead) && near.Receive(buffer) == 1);
        Case("Socket.Send", () => SendForEver(near), () => { far.ReceiveTimeout = 1000; return Drains(far, near); });
        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagram.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Case("Socket.ReceiveFrom", () => { EndPoint from = address; datagram.ReceiveFrom(buffer, ref from); }, () =>
        {
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sender.SendTo([6], datagram.LocalEndPoint!);
            return datagram.Receive(buffer) == 1 && buffer[0] == 6;
        });

        // A listener that accepts nobody and has no room left: connects wait for the kernel to try again.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var fillers = new List<Socket>();
        for (int i = 0; i < 8; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            fillers.Add(filler);
            if (!GreenletTimeout.TryRun(s_time, () => filler.Connect(full.LocalEndPoint!))) break;
        }
        Case("Socket.Connect", () =>
        {
            using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            late.Connect(full.LocalEndPoint!);
        }, () => Accepts(listener, address));
        foreach (Socket filler in fillers) filler.Dispose();
    }

    private static bool Accepts(Socket listener, EndPoint address)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(address);
        using Socket accepted = listener.Accept();
        accepted.Send([1]);
        byte[] one = new byte[1];
        return client.Receive(one) == 1;
    }

    private static void SendForEver(Socket socket)
    {
        byte[] block = new byte[1 << 16];
        while (true) socket.Send(block);
    }

    private static bool Drains(Socket far, Socket near)
    {
        byte[] block = new byte[1 << 16];
        while (far.Available > 0) far.Receive(block);
        near.Send([5]);
        while (far.Receive(block) is int got && got > 0)
            if (block[got - 1] == 5) return true;
        return false;
    }

    /// <summary>The call once with a timeout, once killed, and then what shows that nothing was lost.</summary>
    private void Case(string name, Action call, Func<bool> stillWorks)
    {
        int before = _ticks;
        GreenletTimeout timeout = new(s_time);
        string? found = null;
        try
        {
            timeout.Run(call);
            found = "the call came back";
        }
        catch (GreenletTimeout raised) when (raised == timeout) { }
        catch (Exception other) { found = other.ToString(); }
        _checks.That($"{name}: timeout", found is null, found);
        _checks.That($"{name}: others ran", _ticks > before);
        Check($"{name}: works after the timeout", stillWorks);

        Greenlet doomed = Greenlet.Spawn(call);
        Greenlet.Sleep(s_time);
        bool alive = !doomed.Dead;
        bool ended = doomed.Kill(new GreenletExit(), TimeSpan.FromSeconds(10));
        _checks.That($"{name}: kill", alive && ended && doomed.Exit is not null, alive && ended && doomed.Exit is not null ? null : $"alive {alive}, ended {ended}, {doomed.Exception}");
        Check($"{name}: works after the kill", stillWorks);
    }

    private void Check(string name, Func<bool> check)
    {
        string? found = null;
        bool ok = false;
        try { ok = check(); }
        catch (Exception exception) { found = exception.ToString(); }
        _checks.That(name, ok, found);
    }
}
