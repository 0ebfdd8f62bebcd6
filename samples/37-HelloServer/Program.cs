// The smallest web server. Its handler is code that blocks; app.UseGreenlets() runs each request on a greenlet, so that a thousand of them
// wait without a thread each. `dotnet run`, and then http://localhost:5000.
using Patchy;

Patch.All();

WebApplication app = WebApplication.Create(args);
app.UseGreenlets();
app.MapGet("/", Hello);
app.Run();

static IResult Hello()
{
    Thread.Sleep(200); // what a database would take
    return Results.Content("<p>Hello World</p>", "text/html");
}
