using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;

namespace Patchy.Micro;

/// <summary>Unmodified blocking socket calls in greenlets after Patch.All(), over a TCP connection of the loopback interface.</summary>
[MemoryDiagnoser]
public class SocketBenchmarks : InGreenlet
{
    private readonly byte[] _all = new byte[Operations];
    private readonly byte[] _near = new byte[1];
    private readonly byte[] _far = new byte[1];
    private Socket _client = null!;
    private Socket _server = null!;

    [GlobalSetup]
    public void Setup()
    {
        Patch.All();
        Connect();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _client.Dispose();
        _server.Dispose();
    }

    /// <summary>One byte of many that are there: the call need not wait. The bytes come by one Send for all operations.</summary>
    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void ReceiveWhenReady() => Run(() =>
    {
        _client.Send(_all);
        for (int i = 0; i < Operations; i++) _server.Receive(_near);
    });

    /// <summary>Two greenlets throw one byte back and forth: each operation is a Send and a Receive that has to wait.</summary>
    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void SendAndReceiveThatWaits() => Run(
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _client.Send(_near);
                _client.Receive(_near);
            }
        },
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _server.Receive(_far);
                _server.Send(_far);
            }
        });

    [MethodImpl(MethodImplOptions.NoInlining)] // compiled after the patch
    private void Connect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _client.Connect(listener.LocalEndpoint);
        _server = listener.AcceptSocket();
        _server.NoDelay = true;
    }
}
