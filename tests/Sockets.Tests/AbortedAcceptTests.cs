using System.Net.Sockets;
using System.Runtime.InteropServices;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>An accept that ends in the class library's own queue, where the result of one that has failed is descriptor 0.</summary>
public sealed class AbortedAcceptTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public void Accept_AbortedInTheQueueOfTheClassLibrary_ClosesNobodysDescriptor(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int copy = dup(0);
        if (copy < 0) return; // there is no standard input to lose
        Socket listener = Wires.Listen();
        Task<Socket> first = listener.AcceptAsync(); // so that the other goes into the queue, behind it
        string ending = "";
        Greenlet accepting = Greenlet.Spawn(() => ending = Wires.Ending(() => listener.Accept()));
        Greenlet.Yield();
        listener.Dispose();
        accepting.Get();
        ending.Should().StartWith("SocketException");
        first.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default).Wait();
        int again = dup(0);
        _ = dup2(copy, 0); // whatever comes out, the tests that follow have it back
        _ = close(copy);
        again.Should().NotBe(-1, "descriptor 0 was not the socket's to close");
        _ = close(again);
    });

    [DllImport("libc")]
    private static extern int dup(int fd);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    private static extern int close(int fd);
}
