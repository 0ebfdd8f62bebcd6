using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Patchy.Bench.Web;

/// <summary>The same application three times: its handler blocks on greenlets, blocks on the thread pool, or awaits.</summary>
internal static class WebServer
{
    private static readonly byte[] s_body = "hello\n"u8.ToArray();

    public static void Run(string mode, IWork work, int port)
    {
        if (mode == "greenlets") Patch.All();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.ListenLocalhost(port));
        WebApplication app = builder.Build();
        if (mode == "greenlets") app.UseGreenlets();
        if (mode == "async") app.Run(context => AnswerAsync(context, work));
        else app.Run(context => Answer(context, work));
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("ready"));
        ((IHost)app).Run();
    }

    private static Task Answer(HttpContext context, IWork work)
    {
        work.Block();
        context.Response.ContentLength = s_body.Length;
        return context.Response.Body.WriteAsync(s_body).AsTask();
    }

    private static async Task AnswerAsync(HttpContext context, IWork work)
    {
        await work.BlockAsync();
        context.Response.ContentLength = s_body.Length;
        await context.Response.Body.WriteAsync(s_body);
    }
}
