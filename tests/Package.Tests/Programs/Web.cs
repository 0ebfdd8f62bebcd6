using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
WebApplication app = builder.Build();
try
{
    app.UseGreenlets();
}
catch (InvalidOperationException exception)
{
    Console.WriteLine(exception.Message);
}
app.UseGreenlets(static options => options.Patch = true);
app.MapGet("/", static () =>
{
    Thread.Sleep(50);
    return $"{Patchy.Greenlet.Current is not null} {Patchy.Patch.IsAnythingPatched}";
});
await app.StartAsync();
using var client = new HttpClient();
Console.WriteLine(string.Join(' ', (await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.GetStringAsync(app.Urls.First())))).Distinct()));
await app.StopAsync();
