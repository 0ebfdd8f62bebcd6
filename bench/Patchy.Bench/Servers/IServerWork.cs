using System.Net.Sockets;

namespace Patchy.Bench.Servers;

/// <summary>What a server does with a connection: once as blocking code, for threads and green threads alike, and once as async/await.</summary>
internal interface IServerWork
{
    void Serve(Socket connection);

    Task ServeAsync(Socket connection);
}
