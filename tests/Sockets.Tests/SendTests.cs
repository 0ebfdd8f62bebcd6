using System.Net.Sockets;
using System.Security.Cryptography;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class SendTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    private static byte[] Drain(Socket socket)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[50_000];
        int count;
        while ((count = socket.Receive(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Send_MoreThanTheBuffersHold_SendsAllInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] data = RandomNumberGenerator.GetBytes(9_000_000);
        byte[] received = [];
        Greenlet reader = Greenlet.Spawn(() => received = Drain(far));
        near.Send(data, 0, 3_000_000, SocketFlags.None).Should().Be(3_000_000);
        near.Send(data.AsSpan(3_000_000, 3_000_000)).Should().Be(3_000_000);
        near.Send(new List<ArraySegment<byte>> { new(data, 6_000_000, 1_000_000), new(data, 7_000_000, 500_000), new(data, 7_500_000, 1_500_000) }).Should().Be(3_000_000);
        near.Shutdown(SocketShutdown.Send);
        reader.Get();
        GC.KeepAlive(near); // the finalizer of a Socket closes it abortively: the reader would get a reset
        received.AsSpan().SequenceEqual(data).Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SendFile_LargerThanTheBuffers_SendsHeadFileAndTail(FiberKind kind) => OnHub.Run(kind, () =>
    {
        string path = Path.GetTempFileName();
        byte[] data = RandomNumberGenerator.GetBytes(30_000_000); // above what both kernel buffers can grow to
        File.WriteAllBytes(path, data);
        (Socket near, Socket far) = Wires.Pair();
        byte[] received = [];
        using var progress = new Progress();
        Greenlet reader = Greenlet.Spawn(() =>
        {
            progress.Pass();
            received = Drain(far);
        });
        progress.During(() => near.SendFile(path, [1, 2], [3], TransmitFileOptions.UseDefaultWorkerThread)).Should().BeGreaterThan(Progress.Some);
        near.Shutdown(SocketShutdown.Send);
        reader.Get();
        GC.KeepAlive(near);
        received.Length.Should().Be(data.Length + 3);
        received.AsSpan(0, 2).ToArray().Should().Equal(1, 2);
        received.AsSpan(2, data.Length).SequenceEqual(data).Should().BeTrue();
        received[^1].Should().Be(3);
        File.Delete(path);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Send_Killed_WhatWasSentArrivesAndTheSocketGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] data = RandomNumberGenerator.GetBytes(20_000_000);
        Greenlet victim = Greenlet.Spawn(() => near.Send(data));
        Thread.Sleep(20);
        victim.Dead.Should().BeFalse("nobody reads");
        victim.Kill();
        byte[] received = [];
        Greenlet reader = Greenlet.Spawn(() => received = Drain(far));
        near.Send([42]).Should().Be(1);
        near.Shutdown(SocketShutdown.Send);
        reader.Get();
        received.Length.Should().BeInRange(2, data.Length);
        received.AsSpan(0, received.Length - 1).SequenceEqual(data.AsSpan(0, received.Length - 1)).Should().BeTrue();
        received[^1].Should().Be(42);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Send_Timeout_CountsWhatWasSentAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            (Socket near, Socket far) = Wires.Pair();
            near.SendTimeout = 100;
            int sent = near.Send(new byte[30_000_000], 0, 30_000_000, SocketFlags.None, out SocketError error);
            far.Dispose();
            near.Dispose();
            return $"{error} {sent > 0}";
        });
        green.Should().Be(native).And.StartWith("TimedOut");
    }
}
