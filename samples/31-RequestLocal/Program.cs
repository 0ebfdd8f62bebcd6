// A web application whose logic asks for "the current request", without being handed it. Each request is answered on a green thread of
// its own, so the request can be kept in a GreenletLocal: a proxy to whatever request runs.
using System.Net;
using Patchy;
using Samples;

Patch.All();

using var server = new WebServer(context =>
{
    using (Current.Begin(context.Request)) WebServer.Send(context, "text/html", Logic());
});
using var client = new HttpClient();
string[] names = ["Ann", "Bob", "Cy"];
Greenlet<string>[] visits = [.. names.Select(name => Greenlet.Spawn(() => client.GetStringAsync(new Uri(server.Address, $"?name={name}")).Result))];
Greenlet.JoinAll(visits, raiseError: true);
foreach (Greenlet<string> visit in visits) Console.WriteLine(visit.Value);

static string Logic()
{
    Thread.Sleep(100); // the others come in meanwhile
    return $"Hello {Current.Request.QueryString["name"]} from {Current.Request.RemoteEndPoint.Address}";
}

internal static class Current
{
    private static readonly GreenletLocal<HttpListenerRequest> s_request = new();

    public static HttpListenerRequest Request => s_request.IsValueCreated ? s_request.Value : throw new InvalidOperationException("No request is being answered here.");

    public static IDisposable Begin(HttpListenerRequest request)
    {
        s_request.Value = request;
        return new Scope();
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose() => s_request.Clear();
    }
}
