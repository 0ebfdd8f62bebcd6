using System.Net;
using Microsoft.AspNetCore.Diagnostics;

namespace Patchy.AspNetCore.Tests;

/// <summary>Exceptions and cut-short responses.</summary>
public class ErrorTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    private sealed class OwnException(string message) : Exception(message);

    private static void TheGuiltyMethod(string message) => throw new OwnException(message);

    [Theory, MemberData(nameof(Kinds))]
    public async Task AnException_OfAHandler_ReachesTheExceptionHandlerAsItWasThrown(FiberKind kind)
    {
        Exception? seen = null;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.Use(async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (Exception exception)
                {
                    seen = exception;
                    throw;
                }
            });
            app.UseGreenlets(static options => options.Hubs = 1);
            app.UseExceptionHandler(static handler => handler.Run(static context =>
            {
                Thread.Sleep(1);
                Exception error = context.Features.Get<IExceptionHandlerFeature>()!.Error;
                return context.Response.WriteAsync($"{error.GetType().Name} {error.Message} {error.StackTrace!.Contains(nameof(TheGuiltyMethod))} {Greenlet.Current is not null}");
            }));
            app.MapGet("/at-once", static () => TheGuiltyMethod("at once"));
            app.MapGet("/blocked", static () => { Thread.Sleep(2); TheGuiltyMethod("blocked"); });
            app.MapGet("/awaited", static async () => { await Task.Delay(2); TheGuiltyMethod("awaited"); });
        });

        foreach (string path in new[] { "at-once", "blocked", "awaited" })
        {
            HttpResponseMessage answer = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
            (await answer.Content.ReadAsStringAsync()).Should().Be($"OwnException {path.Replace('-', ' ')} True True");
        }
        seen.Should().BeNull("the handler further in has dealt with them");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AnException_OutOfThePipeline_ReachesOuterMiddlewareAsTheSameObject(FiberKind kind)
    {
        Exception[] thrown = [new OwnException("own"), new OperationCanceledException("cancelled by the handler"), new AggregateException(new OwnException("inner"))];
        var seen = new List<Exception>();
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.Use(async (context, next) =>
            {
                try { await next(context); }
                catch (Exception exception) { seen.Add(exception); }
            });
            app.UseGreenlets(static options => options.Hubs = 1);
            app.Run(async context =>
            {
                string path = context.Request.Path.Value!;
                if (path.StartsWith("/awaited", StringComparison.Ordinal)) await Task.Delay(1);
                throw thrown[path[^1] - '0'];
            });
        });

        foreach (string path in new[] { "/0", "/1", "/2", "/awaited0", "/awaited1", "/awaited2" }) await app.GetAsync(path);

        seen.Should().Equal([.. thrown, .. thrown], static (one, other) => ReferenceEquals(one, other));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AnException_AfterTheResponseHasStarted_CutsTheConnection(FiberKind kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.Run(static context =>
            {
                context.Response.Body.Write("part"u8);
                context.Response.Body.Flush();
                if (context.Request.Path == "/kill") Greenlet.Current!.Kill();
                throw new OwnException("too late for a status");
            });
        });

        foreach (string path in new[] { "/", "/kill" })
        {
            await using Stream stream = await app.ConnectAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            using var all = new MemoryStream();
            try { await stream.CopyToAsync(all).WaitAsync(TestApp.Patience); }
            catch (IOException) { } // a reset is as good
            string text = System.Text.Encoding.ASCII.GetString(all.ToArray());
            text.Should().NotContain("0\r\n\r\n", "what was cut short must not look complete");
            if (path == "/") text.Should().Contain("part");
        }
        app.Log.Should().ContainSingle("a kill is no error").Which.Should().Contain("too late for a status");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AGreenletThatIsKilled_BeforeTheResponse_Answers500WithoutAnErrorInTheLog(FiberKind kind)
    {
        var parked = new TaskCompletionSource<Greenlet>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", () => { parked.SetResult(Greenlet.Current!); Thread.Sleep(Timeout.Infinite); });
            app.MapGet("/next", static () => "next");
        });

        Task<HttpResponseMessage> answer = app.Client.GetAsync(new Uri("/", UriKind.Relative));
        (await parked.Task).Kill(new GreenletExit(), block: false);

        (await answer).StatusCode.Should().Be(HttpStatusCode.InternalServerError, "gevent answers so");
        (await app.GetAsync("/next")).Should().Be("next", "the connection goes on");
        app.Log.Should().BeEmpty();
    }
}
