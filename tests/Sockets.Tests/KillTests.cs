using System.Net.Security;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class KillTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_InsideAStreamThatWrapsErrors_EndsTheGreenletWithoutAnError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // NetworkStream makes an IOException of whatever its socket throws, SslStream passes that on, and a client library wraps it once more.
        (Socket near, Socket far) = Wires.Pair();
        bool wrapped = false;
        Greenlet[] doomed =
        [
            Greenlet.Spawn(() => { new NetworkStream(near).ReadByte(); }),
            Greenlet.Spawn(() => new SslStream(new NetworkStream(near)).AuthenticateAsClient("localhost")),
            Greenlet.Spawn(() =>
            {
                try
                {
                    new NetworkStream(near).ReadByte();
                }
                catch (IOException e) when (e.InnerException is not SocketException)
                {
                    wrapped = true;
                    throw new InvalidOperationException("the connection is broken", e);
                }
            }),
        ];
        Thread.Sleep(30);
        foreach (Greenlet greenlet in doomed) greenlet.Kill();
        wrapped.Should().BeTrue();
        foreach (Greenlet greenlet in doomed)
        {
            greenlet.Exception.Should().BeNull();
            greenlet.Successful.Should().BeTrue("gevent's GreenletExit passes through everything that catches Exception");
        }
        far.Dispose();
        near.Dispose();
    });
}
