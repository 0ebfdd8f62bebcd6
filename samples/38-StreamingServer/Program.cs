// A page that is sent in two pieces, with time between them: what has been flushed is with the client while the handler sleeps.
// `dotnet run`, and then `curl -N -i http://localhost:5000` or, for the bytes, `printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' | nc localhost 5000`.
using Patchy;

Patch.All();

WebApplication app = WebApplication.Create(args);
app.UseGreenlets();
app.MapGet("/", Stream);
app.Run();

static void Stream(HttpResponse response)
{
    response.ContentType = "text/html";
    using var body = new StreamWriter(response.Body);
    body.Write("<p>Hello");
    body.Flush();
    Thread.Sleep(1000);
    body.Write("World</p>");
}
