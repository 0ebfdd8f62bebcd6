// A web socket that sends a point every half second, to a page that draws a line through them. The handler is a plain loop that blocks.
// `dotnet run`, and then http://localhost:5000 in a browser or two.
using System.Net.WebSockets;
using System.Text.Json;
using Patchy;

Patch.All();

WebApplication app = WebApplication.Create(args);
app.UseGreenlets();
app.UseWebSockets();
app.MapGet("/", () => Results.File(Path.Combine(AppContext.BaseDirectory, "plot.html"), "text/html"));
app.Map("/points", SendPoints);
app.Run();

void SendPoints(HttpContext context)
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }
    using WebSocket socket = context.WebSockets.AcceptWebSocketAsync().Result;
    try
    {
        Task goodbye = socket.ReceiveAsync(new byte[1], CancellationToken.None); // the page says nothing else
        for (int x = 0; !goodbye.IsCompleted && !app.Lifetime.ApplicationStopping.IsCancellationRequested; x++)
        {
            byte[] point = JsonSerializer.SerializeToUtf8Bytes(new { x, y = Random.Shared.Next(1, 6) });
            socket.SendAsync(point, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Wait();
            goodbye.Wait(500); // a sleep that ends early when the page is closed
        }
        socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Wait();
    }
    catch (AggregateException e) when (e.InnerException is WebSocketException)
    {
        app.Logger.LogInformation("A page has gone without a goodbye: {Why}", e.InnerException.Message);
    }
}
