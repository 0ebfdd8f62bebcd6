// A class that posts a form, as one would write it for a test of a service, and six of them at work at the same time.
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Patchy;
using Samples;

Patch.All();

using var server = new WebServer(Answer);
var poster = new FormPoster(server.Address);
string[] words = ["gevent", "协程", "并发", "greenlet", "你好，世界", "žluťoučký kůň"];
Greenlet.JoinAll([.. words.Select(word => Greenlet.Spawn(() => Console.WriteLine(poster.Post(word))))]);

// Answers a form with JSON that tells what was in it.
static void Answer(HttpListenerContext context)
{
    Thread.Sleep(100);
    using var reader = new StreamReader(context.Request.InputStream);
    string[] field = reader.ReadToEnd().Split('=');
    string word = WebUtility.UrlDecode(field[1]);
    var readable = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    WebServer.Send(context, "application/json", JsonSerializer.Serialize(new { field = field[0], word, length = word.Length }, readable));
}

internal sealed class FormPoster(Uri address)
{
    private readonly HttpClient _client = new();

    public string Post(string word)
    {
        using var form = new FormUrlEncodedContent([new("word", word)]);
        using HttpResponseMessage response = _client.Send(new HttpRequestMessage(HttpMethod.Post, address) { Content = form });
        using var body = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
        return body.ReadToEnd();
    }
}
