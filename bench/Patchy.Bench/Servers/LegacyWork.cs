using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Servers;

/// <summary>Legacy code as it is written everywhere: a caller's line goes to a database, through TcpClient and readers, and its answer goes back to the caller.</summary>
internal sealed class LegacyWork(int databasePort) : IServerWork
{
    public void Serve(Socket connection)
    {
        connection.NoDelay = true;
        using var caller = new NetworkStream(connection, ownsSocket: true);
        using var client = new TcpClient { NoDelay = true };
        client.Connect(IPAddress.Loopback, databasePort);
        NetworkStream database = client.GetStream();
        using var questions = new StreamReader(caller);
        using var answers = new StreamReader(database);
        using var toDatabase = new StreamWriter(database) { AutoFlush = true };
        using var toCaller = new StreamWriter(caller) { AutoFlush = true };
        while (questions.ReadLine() is { } question)
        {
            toDatabase.WriteLine(question);
            toCaller.WriteLine(answers.ReadLine());
        }
    }

    public async Task ServeAsync(Socket connection)
    {
        connection.NoDelay = true;
        await using var caller = new NetworkStream(connection, ownsSocket: true);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, databasePort);
        NetworkStream database = client.GetStream();
        using var questions = new StreamReader(caller);
        using var answers = new StreamReader(database);
        await using var toDatabase = new StreamWriter(database) { AutoFlush = true };
        await using var toCaller = new StreamWriter(caller) { AutoFlush = true };
        while (await questions.ReadLineAsync() is { } question)
        {
            await toDatabase.WriteLineAsync(question);
            await toCaller.WriteLineAsync(await answers.ReadLineAsync());
        }
    }
}
