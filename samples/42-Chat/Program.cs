// A chat: choose a name, go into a room, read what was said before you came, talk. The pages wait for news by long polling: each waits in
// Monitor.Wait, which costs a parked greenlet and no thread. `dotnet run`, and then http://localhost:5000 in two browsers.
using Patchy;

Patch.All();

var rooms = new Dictionary<string, Room> { ["topic1"] = new(), ["topic2"] = new() };

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)); // polls do not hold up the end
WebApplication app = builder.Build();
app.UseGreenlets(options => options.KillOnDisconnect = true);
app.MapGet("/", () => Page("choose.html"));
app.MapGet("/chat.css", () => Page("chat.css", "text/css"));
app.MapGet("/rooms.json", () => rooms.Keys);
app.MapGet("/{name}", (string name) => Page("rooms.html"));
app.MapGet("/{room}/{name}", (string room, string name) => rooms.ContainsKey(room) ? Page("room.html") : NoRoom(room));
app.MapGet("/backlog/{room}", (string room) => rooms.TryGetValue(room, out Room? active) ? Results.Json(active.Backlog()) : NoRoom(room));
app.MapPost("/poll/{room}", (string room, long after) => rooms.TryGetValue(room, out Room? active) ? Results.Json(active.Poll(after)) : NoRoom(room));
app.MapPost("/put/{room}/{name}", Put);
app.Run();

IResult Put(string room, string name, HttpRequest request)
{
    if (!rooms.TryGetValue(room, out Room? active)) return NoRoom(room);
    string text = request.HasFormContentType ? request.Form["message"].ToString().Trim() : "";
    if (text.Length is 0 or > 1000 || name.Length > 30) return Results.BadRequest("A message has 1 to 1000 characters, and a name 30 at most.");
    active.Add(name, text);
    return Results.Ok();
}

static IResult Page(string file, string type = "text/html") => Results.File(Path.Combine(AppContext.BaseDirectory, file), type);

static IResult NoRoom(string room) => Results.NotFound($"There is no room {room}.");

internal sealed record Message(long Number, string Name, string Text);

internal sealed class Room
{
    private const int Kept = 1000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly List<Message> _messages = [];
    private long _last = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(); // above what a page has seen of an earlier run

    public void Add(string name, string text)
    {
        lock (_messages)
        {
            _messages.Add(new Message(++_last, name, text));
            if (_messages.Count > Kept) _messages.RemoveAt(0);
            Monitor.PulseAll(_messages);
        }
    }

    public Message[] Backlog(int size = 25)
    {
        lock (_messages) return [.. _messages.TakeLast(size)];
    }

    // What was said after that message: at once if there is any, or else when there is, or nothing when nobody speaks for a while.
    public Message[] Poll(long after)
    {
        lock (_messages)
        {
            if (_messages.Count == 0 || _messages[^1].Number <= after) Monitor.Wait(_messages, s_patience);
            return [.. _messages.Where(message => message.Number > after)];
        }
    }
}
