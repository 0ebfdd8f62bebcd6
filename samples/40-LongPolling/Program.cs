// Long polling: a producer has something to say every second, and each client that asks gets it as lines of JSON, for as long as it stays.
// A client that waits costs a parked greenlet. `dotnet run`, and then `curl -N http://localhost:5000`, as often as you like.
using System.Text.Json;
using Patchy;
using Patchy.Queues;

Patch.All();

var listeners = new List<SimpleQueue<string>>();
_ = Greenlet.Spawn(Producer);

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)); // whoever listens then is cut off
WebApplication app = builder.Build();
app.UseGreenlets(options => options.KillOnDisconnect = true);
app.MapGet("/", Listen);
app.Run();

void Producer()
{
    for (int number = 1; ; number++)
    {
        lock (listeners)
        {
            foreach (SimpleQueue<string> queue in listeners) queue.PutNoWait($"Hello World {number}");
        }
        Thread.Sleep(1000);
    }
}

void Listen(HttpResponse response)
{
    var queue = new SimpleQueue<string>();
    Change(() => listeners.Add(queue));
    try
    {
        response.ContentType = "application/json";
        using var body = new StreamWriter(response.Body) { AutoFlush = true };
        while (true)
        {
            if (queue.TryGet(out string? text, TimeSpan.FromSeconds(5))) body.WriteLine(JsonSerializer.Serialize(text));
            else body.WriteLine(); // so that nobody on the way takes the connection for dead
        }
    }
    finally
    {
        Change(() => listeners.Remove(queue)); // the client has gone: KillOnDisconnect has ended the wait
    }
}

void Change(Action change)
{
    lock (listeners)
    {
        change();
        Console.WriteLine($"{listeners.Count} listen");
    }
}
