using System.Net;
using System.Net.Sockets;

// An ordinary program that has never heard of Patchy: 50 threads take turns, then each waits for an answer of a server. Meanwhile it counts the
// threads that the system has given it.
const int count = 50, rounds = 20;
var turns = new List<int>();
var ready = new CountdownEvent(count);
var begin = new ManualResetEventSlim();
var present = new CountdownEvent(count);
var answer = new ManualResetEventSlim();
int begun = 0;
using var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start(count);
var server = new Thread(() =>
{
    var clients = new List<Socket>();
    for (int i = 0; i < count; i++) clients.Add(listener.AcceptSocket());
    answer.Wait();
    foreach (Socket client in clients)
    {
        client.Send("x"u8);
        client.Dispose();
    }
});
server.Start();
int answers = 0;
List<Thread> threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() => Work(number)))];
foreach (Thread thread in threads) thread.Start();
ready.Wait();
begin.Set();
present.Wait();
Thread.Sleep(100);
int systemThreads = Directory.GetDirectories("/proc/self/task").Length;
answer.Set();
foreach (Thread thread in threads) thread.Join();
server.Join();

// Each is followed by the same one in every round: that is how threads of one hub take turns. Threads of the system come as they like.
var next = new int?[count];
int inTurn = 0, compared = 0;
foreach ((int first, int second) in turns.Zip(turns.Skip(1)))
{
    if (next[first] is { } expected)
    {
        compared++;
        if (second == expected) inTurn++;
    }
    next[first] = second;
}
Console.WriteLine($"answers: {answers}");
Console.WriteLine($"in turn: {inTurn > (compared * 3) / 4}");
Console.WriteLine($"fewer system threads than threads: {systemThreads < count}");
Console.Error.WriteLine($"{inTurn} of {compared} in turn, {systemThreads} system threads");

void Work(int number)
{
    ready.Signal();
    begin.Wait();
    Interlocked.Increment(ref begun);
    while (Volatile.Read(ref begun) < count) Thread.Sleep(0); // who began late would come late in each round
    for (int round = 0; round < rounds; round++)
    {
        lock (turns) turns.Add(number);
        Thread.Sleep(0);
    }
    using var client = new TcpClient();
    client.Connect((IPEndPoint)listener.LocalEndpoint);
    present.Signal();
    if (client.GetStream().ReadByte() == 'x') Interlocked.Increment(ref answers);
}
