using System;
using System.Net.Sockets;
using System.Threading;
using Patchy.Linking;

namespace Patchy.Servers;

// Life of a job: New -> Begun by Run, or New -> Abandoned by whoever gives it up; one compare-and-swap decides, and the loser does nothing. Exactly one of them
// lets go of the connection, at its end.

/// <summary>One connection or datagram, on its way to the handler.</summary>
internal abstract class ServerJob(BaseServer server) : IReadyListener
{
    private const int New = 0;
    private const int Begun = 1;
    private const int Abandoned = 2;

    private int _state;

    protected BaseServer Server { get; } = server;

    /// <summary>On the handler's greenlet. What the handler throws ends that greenlet, and is reported as any greenlet's error.</summary>
    public void Run()
    {
        if (Interlocked.CompareExchange(ref _state, Begun, New) != New) return;
        try
        {
            Handle();
        }
        finally
        {
            Server.WatchForBlocking(Greenlet.OfThisThread);
            LetGo();
        }
    }

    /// <summary>On the accepting greenlet, which must outlive the handler. A kill of that greenlet passes.</summary>
    public void RunHere()
    {
        try
        {
            Run();
        }
        catch (Exception exception) when (!Greenlet.OfThisThread!.IsKilledBy(exception))
        {
            Server.Report(exception);
        }
    }

    /// <summary>Nobody will run it.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, New) == New) LetGo();
    }

    /// <summary>The greenlet that should run it has ended, whether it has begun or not. On any thread.</summary>
    public void OnEnd(ILinkable greenlet) => Abandon();

    protected abstract void Handle();

    /// <summary>Gives back what it holds. Never throws.</summary>
    protected virtual void LetGo() { }

    /// <summary>Closes a socket, patched or not. Never throws.</summary>
    protected static void Close(Socket socket)
    {
        try
        {
            ServerSockets.Close(socket);
        }
        catch (SocketException)
        {
            // it is closed, whatever the kernel says about its last bytes
        }
    }
}
