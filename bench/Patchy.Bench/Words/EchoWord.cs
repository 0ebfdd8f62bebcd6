using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Patchy.Bench.Running;

namespace Patchy.Bench.Words;

/// <summary>The echo server as legacy code: a blocking thread for each connection. It serves until SIGTERM or SIGINT, and prints its line then.</summary>
internal sealed class EchoWord : Word
{
    private const int Backlog = 4096;
    private const int BufferBytes = 4096;
    private static long s_answers;
    private static long s_first;
    private static long s_last;

    public override string Name => "echo";

    public override string Usage => "PORT: an echo server, a thread for each connection, until it is ended by SIGTERM or Ctrl+C";

    public override bool EndsByItself => false;

    protected override BenchLine Measure(string[] args)
    {
        if (args.Length == 0) throw new UsageException("PORT is needed.");
        using var end = new ManualResetEvent(false);
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Set();
        }
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, NumberAt(args, 0, 0)));
        listener.Listen(Backlog);
        new Thread(() => Serve(listener)) { IsBackground = true }.Start();
        end.WaitOne();
        long answers = Math.Max(1, s_answers);
        return new BenchLine(Name, s_answers, s_first == 0 ? 0 : Stopwatch.GetElapsedTime(s_first, s_last).TotalNanoseconds / answers);
    }

    /// <summary>Answers until the other side is done.</summary>
    public static void Echo(Socket connection, Action answered)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[BufferBytes];
            try
            {
                int length;
                while ((length = connection.Receive(buffer)) > 0)
                {
                    connection.Send(buffer, length, SocketFlags.None);
                    answered();
                }
            }
            catch (SocketException)
            {
                // The client went away.
            }
        }
    }

    private static void Serve(Socket listener)
    {
        while (true)
        {
            Socket connection = listener.Accept();
            new Thread(() => Echo(connection, Count)) { IsBackground = true }.Start();
        }
    }

    // Green threads of one hub: one at a time.
    private static void Count()
    {
        if (s_answers++ == 0) s_first = Stopwatch.GetTimestamp();
        s_last = Stopwatch.GetTimestamp();
    }
}
