// Three pages are fetched by a client that blocks, a greenlet for each. The client is the one of .NET, unmodified.
using System.Net;
using Patchy;
using Samples;

Patch.All();

using var server = new WebServer(Answer);
using var client = new HttpClient();
string[] pages = ["python", "yahoo", "github"];
Greenlet.JoinAll([.. pages.Select(page => Greenlet.Spawn(() => Fetch(new Uri(server.Address, page))))]);

void Fetch(Uri url)
{
    Console.WriteLine($"GET: {url}");
    using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, url));
    using var body = new StreamReader(response.Content.ReadAsStream());
    Console.WriteLine($"{(int)response.StatusCode}, {body.ReadToEnd().Length} characters from {url}");
}

// Pages of different sizes that all take a while.
static void Answer(HttpListenerContext context)
{
    Thread.Sleep(200);
    string name = context.Request.Url!.AbsolutePath;
    WebServer.Send(context, "text/html", $"<h1>{name}</h1>{new string('.', 1000 * name.Length)}");
}
