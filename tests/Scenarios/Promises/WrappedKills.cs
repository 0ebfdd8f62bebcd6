using System.Net.Sockets;
using System.Runtime.InteropServices;
using Patchy.Conformance;
using Patchy.Scenarios.Faults;

namespace Patchy.Scenarios.Promises;

/// <summary>A kill that the class library wraps on its way (NetworkStream makes it an IOException) is still a kill: it ends a green thread, or the greenlet of a signal handler, and is nobody's error.</summary>
internal sealed class WrappedKills : IScenario
{
    // SIGUSR2: SIGHUP would be ignored where the tests run under nohup, and .NET leaves an ignored signal ignored.
    private const int UserSignal = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        var errors = new List<Exception>();
        Hub.Current.ErrorHandler = (_, exception) => errors.Add(exception);
        using Socket listener = TcpPair.Listen();
        using var pair = new TcpPair(listener);
        using var stream = new NetworkStream(pair.Near);
        Exception? wrapped = null;
        Greenlet? reader = null;
        void Read()
        {
            reader = Greenlet.Current;
            try
            {
                _ = stream.ReadByte();
            }
            catch (IOException exception)
            {
                wrapped = exception;
                throw;
            }
        }

        var thread = new Thread(Read);
        thread.Start();
        Kill("a green thread");
        thread.Join();
        checks.That("the thread has ended", !thread.IsAlive);
        checks.That("its end is known as a kill", reader!.Exit is not null && reader.Successful && reader.Exception is null);

        reader = null;
        using (Hub.SignalHandler((PosixSignal)UserSignal, Read))
        {
            Native.SendToSelf(UserSignal);
            Kill("a signal's handler");
        }
        Thread.Sleep(1); // a system error would be thrown here
        checks.That("nobody was told of an error", errors.Count == 0, errors.Count == 0 ? null : errors[0]);
        pair.Far.Send([5]);
        checks.That("the connection has lost nothing", stream.ReadByte() == 5);
        return checks.Finish();

        void Kill(string what)
        {
            while (reader is null) Thread.Sleep(1);
            Greenlet doomed = reader;
            Thread.Sleep(20); // it waits
            wrapped = null;
            checks.That($"{what} ends", doomed.Kill(new GreenletExit(), s_patience));
            checks.That($"{what}: the kill came wrapped", wrapped is { InnerException: GreenletExit });
        }
    }
}
