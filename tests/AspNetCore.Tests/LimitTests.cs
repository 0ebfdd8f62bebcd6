using System.Net;

namespace Patchy.AspNetCore.Tests;

/// <summary>MaxConcurrentRequests, and how many threads it all takes.</summary>
public class LimitTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task MaxConcurrentRequests_WithMoreClients_LetsSoManyRunInTurn(FiberKind kind)
    {
        int now = 0, most = 0;
        object gate = new();
        using var three = new CountdownEvent(3);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => { options.Hubs = 2; options.MaxConcurrentRequests = 3; });
            app.MapGet("/{awaits}", async (bool awaits) =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++now);
                    if (!three.IsSet) three.Signal();
                }
                three.Wait(); // the first ones for each other, however slowly they come
                if (awaits) await Task.Delay(5);
                else Thread.Sleep(5);
                lock (gate) now--;
                return "ran";
            });
        });

        (await app.GetAllAsync(Enumerable.Range(0, 40).Select(static i => i % 2 == 0 ? "/true" : "/false"))).Should().AllBe("ran");

        most.Should().Be(3, "so many at once, and never more");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ARequestThatWaitsItsTurn_WhoseClientGoes_LeavesTheLine(FiberKind kind)
    {
        using var release = new SemaphoreSlim(0);
        int ran = 0, entered = 0, left = 0;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.Use(async (context, next) =>
            {
                Task rest = next(context);
                Interlocked.Increment(ref entered); // it runs, or has its place in the line
                await rest;
                Interlocked.Increment(ref left);
            });
            app.UseGreenlets(static options => { options.Hubs = 1; options.MaxConcurrentRequests = 1; options.MaxQueuedRequests = 1; });
            app.MapGet("/", () => { Interlocked.Increment(ref ran); release.Wait(); return "ran"; });
        });

        Task<string> first = app.GetAsync("/");
        await Eventually(() => Volatile.Read(ref ran) == 1);
        Stream second = await app.ConnectAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually(() => Volatile.Read(ref entered) == 2);
        (await app.Client.GetAsync(new Uri("/", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "the line is full");
        await second.DisposeAsync();
        await Eventually(() => Volatile.Read(ref left) == 2);
        Task<string> fourth = app.GetAsync("/");
        await Eventually(() => Volatile.Read(ref entered) == 4);
        release.Release(2);

        (await first).Should().Be("ran");
        (await fourth).Should().Be("ran");
        ran.Should().Be(2, "the one whose client has gone never ran");
        app.Log.Should().BeEmpty();
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 1200 && !condition(); i++) await Task.Delay(50);
        condition().Should().BeTrue();
    }
}
