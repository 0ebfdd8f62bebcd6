// The current time as JSON from a server that takes 100 ms to answer: ten times one after the other, and ten times at once.
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Patchy;
using Samples;

Patch.All();

using var server = new WebServer(Answer);
using var client = new HttpClient();

Console.WriteLine("Synchronous:");
Timed(() =>
{
    for (int id = 1; id <= 10; id++) Fetch(id);
});
Console.WriteLine("Asynchronous:");
Timed(() => Greenlet.JoinAll([.. Enumerable.Range(1, 10).Select(id => Greenlet.Spawn(() => Fetch(id)))]));

void Fetch(int id)
{
    Answer answer = client.GetFromJsonAsync<Answer>(server.Address).Result!; // blocks as ever; others run meanwhile
    Console.WriteLine($"Process {id}: {answer.Datetime}");
}

static void Timed(Action action)
{
    var clock = Stopwatch.StartNew();
    action();
    Console.WriteLine($"took {clock.Elapsed.TotalSeconds:F1} s");
}

static void Answer(HttpListenerContext context)
{
    Thread.Sleep(100);
    WebServer.Send(context, "application/json", $$"""{"datetime": "{{DateTime.UtcNow:O}}"}""");
}

internal sealed record Answer(string Datetime);
