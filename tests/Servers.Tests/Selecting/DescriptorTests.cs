using System.Net.Sockets;
using FluentAssertions;
using Microsoft.Win32.SafeHandles;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

public sealed class DescriptorTests
{
    [Fact]
    public void Conversion_OfANumberAHandleOrASocket_HasItsNumber()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var handle = new SafeFileHandle(7, ownsHandle: false);
        ((Descriptor)3).Number.Should().Be(3);
        ((Descriptor)handle).Number.Should().Be(7);
        ((Descriptor)handle).Handle.Should().BeSameAs(handle);
        ((Descriptor)socket).Number.Should().Be((int)socket.Handle);
        ((Descriptor)socket).Socket.Should().BeSameAs(socket);
        socket.Blocking.Should().BeTrue();
    }

    [Fact]
    public void Equality_OfANumberAndASocket_IsThatOfTheNumber()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Descriptor one = socket, other = (int)socket.Handle;
        (one == other).Should().BeTrue("gevent's poll knows descriptors by their numbers");
        one.GetHashCode().Should().Be(other.GetHashCode());
        (one != 0).Should().BeTrue();
        new Descriptor[] { one }.Should().Contain(other);
    }

    [Fact]
    public void Conversion_OfWhatIsNone_IsRefused()
    {
        var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Dispose();
        FluentActions.Invoking(() => (Descriptor)(-1)).Should().Throw<ArgumentOutOfRangeException>("Python: ValueError");
        FluentActions.Invoking(() => (Descriptor)closed).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => (Descriptor)new SafeFileHandle(-1, ownsHandle: false)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => (Descriptor)(Socket)null!).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => Descriptors.WaitRead(default)).Should().Throw<ArgumentException>("a default one is not standard input");
        FluentActions.Invoking(() => Descriptors.Select([default], null, null)).Should().Throw<ArgumentException>().WithParameterName("read");
        FluentActions.Invoking(() => new Poller().Register(default)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Descriptors.CancelWait(default)).Should().Throw<ArgumentException>();
        default(Descriptor).Number.Should().Be(-1);
    }
}
