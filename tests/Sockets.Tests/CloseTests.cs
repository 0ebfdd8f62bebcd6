using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class CloseTests
{
    private static int s_sends;

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    /// <summary>What a waiting call ends with when the socket is closed under it, and what the peer sees of it.</summary>
    private static string CloseUnder(Func<Socket, string> call, Action<Socket> close, bool nativeCloser)
    {
        (Socket near, Socket far) = Wires.Pair();
        string ending = "";
        int before, sends = Volatile.Read(ref s_sends);
        Thread waiter = Wires.Start(() => ending = call(near));
        do
        {
            before = sends;
            Thread.Sleep(30);
            sends = Volatile.Read(ref s_sends);
        }
        while (sends != before); // those that found room are over
        if (nativeCloser) Wires.Natively(() => close(near)).Wait();
        else close(near);
        waiter.Join(10_000);
        far.ReceiveTimeout = 2000;
        // The bytes that were on their way come first when the close was a graceful one.
        string peer = Wires.Ending(() =>
        {
            while (far.Receive(new byte[65536]) > 0) { }
        });
        far.Dispose();
        return $"{ending}; the peer sees {peer}";
    }

    public static TheoryData<FiberKind, string, string, bool> Ways()
    {
        var data = new TheoryData<FiberKind, string, string, bool>();
        foreach (FiberKind kind in OnHub.AllKinds)
        foreach (string call in new[] { "Receive", "ReceiveSpan", "ReceiveList", "Send" })
        foreach (string close in new[] { "Dispose", "SafeHandle", "CloseTimeout" })
        foreach (bool native in new[] { false, true })
            data.Add(kind, call, close, native);
        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Close_UnderAWaitingCall_EndsItAsNatively(FiberKind kind, string call, string close, bool nativeCloser)
    {
        Func<Socket, string> waiting = call switch
        {
            "Receive" => s => Wires.Ending(() => s.Receive(new byte[4])),
            "ReceiveSpan" => s => Wires.Ending(() => s.Receive(new byte[4].AsSpan())),
            "ReceiveList" => s => Wires.Ending(() => s.Receive([new ArraySegment<byte>(new byte[4])])),
            _ => s => Wires.Ending(() => { for (; ; Interlocked.Increment(ref s_sends)) s.Send(new byte[1 << 20]); }),
        };
        Action<Socket> closing = close switch
        {
            "Dispose" => s => s.Dispose(),
            "SafeHandle" => s => s.SafeHandle.Dispose(),
            _ => s => s.Close(1),
        };
        if (close == "SafeHandle")
        {
            // Natively nothing wakes a call when only the handle is disposed (the call holds a reference); for greenlets the close is at once.
            OnHub.Run(kind, () => CloseUnder(waiting, closing, nativeCloser).Should().StartWith("SocketException OperationAborted"));
            return;
        }
        (string native, string green) = OnHub.BothUnderClose(kind, () => CloseUnder(waiting, closing, nativeCloser));
        green.Should().Be(native);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_UnderAccept_EndsItAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.BothUnderClose(kind, () =>
        {
            Socket listener = Wires.Listen();
            string ending = "";
            Thread waiter = Wires.Start(() => ending = Wires.Ending(listener.Accept));
            Thread.Sleep(30);
            listener.Dispose();
            waiter.Join(10_000);
            return ending;
        });
        green.Should().Be(native).And.Contain("Interrupted");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_ByNativeThreads_WhileOthersReuseTheNumbers_NobodyIsLeftBehind(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ended = 0;
        for (int round = 0; round < 60; round++)
        {
            var pairs = Enumerable.Range(0, 4).Select(_ => Wires.Pair()).ToArray();
            Greenlet[] waiters = pairs.Select(pair => Greenlet.Spawn(() =>
            {
                // Disposed: the close came before the call began.
                Wires.Ending(() => pair.Near.Receive(new byte[1])).Should().BeOneOf("SocketException ConnectionAborted", nameof(ObjectDisposedException));
                ended++;
            })).ToArray();
            // No settling: the close races with the registration.
            Task closer = Wires.Natively(() =>
            {
                foreach ((Socket near, _) in pairs) near.Dispose();
            });
            if (round % 2 == 0) Greenlet.Yield();
            Greenlet.JoinAll(waiters, TimeSpan.FromSeconds(20)).Should().HaveCount(waiters.Length, "in round {0} a receiver never woke", round);
            foreach (Greenlet waiter in waiters) waiter.Exception.Should().BeNull();
            closer.Wait();
            foreach ((_, Socket far) in pairs) far.Dispose();
        }
        ended.Should().Be(240);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_OfALingeringSocket_BlocksOnlyItself(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var progress = new Progress();
        int ticks = 0;
        for (int round = 0; round < 5 && ticks <= Progress.Some; round++) // a machine that pauses may give nobody a turn in that second
        {
            (Socket near, Socket far) = Wires.Pair();
            near.LingerState = new LingerOption(true, 1);
            near.SendTimeout = 100;
            Wires.Ending(() => { while (true) near.Send(new byte[1 << 20]); }); // fills the buffers: close(2) lingers over them
            ticks = progress.During(near.Dispose);
            far.Dispose();
        }
        ticks.Should().BeGreaterThan(Progress.Some);
    });
}
