namespace Patchy.AspNetCore.Tests;

/// <summary>KillOnDisconnect.</summary>
public class DisconnectTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task ADisconnect_WhenAskedFor_EndsTheHandlerWhereItBlocks(FiberKind kind)
    {
        using var parked = new SemaphoreSlim(0);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var status = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.Use(async (context, next) =>
            {
                await next(context); // nothing is thrown
                if (context.Request.Path == "/park") status.TrySetResult(context.Response.StatusCode);
            });
            app.UseGreenlets(static options => { options.Hubs = 1; options.KillOnDisconnect = true; });
            app.MapGet("/park", () =>
            {
                try
                {
                    parked.Release();
                    Thread.Sleep(Timeout.Infinite);
                }
                catch (Exception exception)
                {
                    ended.SetResult(exception.GetType().Name);
                    throw;
                }
            });
            app.MapGet("/next", static () => "next");
        });

        Stream client = await app.ConnectAsync("GET /park HTTP/1.1\r\nHost: x\r\n\r\n");
        await parked.WaitAsync();
        await client.DisposeAsync();

        (await ended.Task.WaitAsync(TestApp.Patience)).Should().Be(nameof(GreenletExit));
        (await status.Task.WaitAsync(TestApp.Patience)).Should().Be(499, "what ASP.NET Core itself uses for a client that has gone");
        (await app.GetAsync("/next")).Should().Be("next");
        app.Log.Should().BeEmpty("a client may go");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ADisconnect_WhileTheHandlerAwaits_HitsItAtItsNextWait(FiberKind kind)
    {
        using var awaiting = new SemaphoreSlim(0);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => { options.Hubs = 1; options.KillOnDisconnect = true; });
            app.MapGet("/", async (HttpContext context) =>
            {
                context.RequestAborted.Register(gone.SetResult);
                Task abortedIsSeen = gone.Task;
                awaiting.Release();
                await abortedIsSeen;
                string how = "not killed";
                try
                {
                    await Task.Delay(20); // the kill is delivered by now
                    Thread.Sleep(10_000);
                }
                catch (GreenletExit) { how = "killed"; }
                Thread.Sleep(1); // it was caught by its type: clean-up may wait
                ended.SetResult(how);
            });
        });

        Stream client = await app.ConnectAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await awaiting.WaitAsync();
        await client.DisposeAsync();

        (await ended.Task.WaitAsync(TestApp.Patience)).Should().Be("killed");
        app.Log.Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ADisconnect_ByDefault_OnlyCancelsRequestAborted(FiberKind kind)
    {
        using var parked = new SemaphoreSlim(0);
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", (HttpContext context) =>
            {
                parked.Release();
                bool seen = context.RequestAborted.WaitHandle.WaitOne(TestApp.Patience);
                Thread.Sleep(50); // is not cut short
                ended.SetResult(seen);
            });
        });

        Stream client = await app.ConnectAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await parked.WaitAsync();
        await client.DisposeAsync();

        (await ended.Task.WaitAsync(TestApp.Patience)).Should().BeTrue();
        app.Log.Should().BeEmpty();
    }
}
