using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class DnsTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Lookups_GiveWhatTheyGiveNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () => string.Join("; ",
            Wires.Ending(() => string.Join(',', Dns.GetHostAddresses("localhost", AddressFamily.InterNetwork).Select(a => a.ToString()))),
            Wires.Ending(() => Dns.GetHostEntry("localhost").HostName),
            Wires.Ending(() => Dns.GetHostEntry(IPAddress.Loopback).HostName),
            Wires.Ending(() => Dns.GetHostAddresses("127.0.0.9")[0]),
            Wires.Ending(() => Dns.GetHostAddresses("")[0].AddressFamily),
            Wires.Ending(() => Dns.GetHostEntry(new string('x', 64) + ".invalid").HostName),
            Wires.Ending(() => Dns.GetHostAddresses(null!))));
        green.Should().Be(native).And.Contain("127.0.0.1");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GetHostAddresses_OfAName_LeavesTheCarrier(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool otherRan = false;
        Greenlet.Spawn(() => otherRan = true);
        Dns.GetHostAddresses("127.0.0.1");
        otherRan.Should().BeFalse("digits are not looked up");
        Dns.GetHostAddresses("localhost");
        otherRan.Should().BeTrue("the resolver blocks: others run meanwhile");
    });
}
