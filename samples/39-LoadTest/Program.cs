// The load test of a streaming server: ApacheBench makes 10,000 requests, 100 at a time. It is a child process, whose report is read with
// calls that block; the server answers meanwhile.
using System.ComponentModel;
using System.Diagnostics;
using Patchy;

Patch.All();

WebApplicationBuilder builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders(); // every request would be lines of log
builder.WebHost.UseUrls("http://127.0.0.1:0");
using WebApplication app = builder.Build();
app.UseGreenlets();
app.MapGet("/", Stream);
app.Start();

string[] load = args.Length > 0 ? args : ["-n", "10000", "-c", "100"];
try
{
    using Process ab = Process.Start(new ProcessStartInfo("ab", ["-q", .. load, app.Urls.First() + "/"]) { RedirectStandardOutput = true })!;
    string[] report = ab.StandardOutput.ReadToEnd().Split('\n');
    ab.WaitForExit();
    string[] lines = ["Complete requests:", "Failed requests:", "Requests per second:", "Time per request:"];
    foreach (string line in report.Where(line => lines.Any(line.StartsWith))) Console.WriteLine(line);
    return ab.ExitCode;
}
catch (Win32Exception e)
{
    Console.Error.WriteLine($"ApacheBench is missing (apt-get install apache2-utils): {e.Message}");
    return 1;
}

static void Stream(HttpResponse response)
{
    response.ContentType = "text/html";
    using var body = new StreamWriter(response.Body);
    body.Write("<p>Hello");
    body.Flush();
    Thread.Sleep(10);
    body.Write("World</p>");
}
