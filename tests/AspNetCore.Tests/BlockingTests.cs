using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Patchy.AspNetCore.Tests;

/// <summary>Handlers that block: each waits for something that only another request can give, so that they end only when none of them holds up the others.</summary>
public class BlockingTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    private const int Many = 60; // far more than the pool has threads for at once

    [Theory, MemberData(nameof(Kinds))]
    public async Task Handlers_WaitingForEachOther_AllEndOnOneHub(FiberKind kind)
    {
        using var all = new CountdownEvent(Many);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", () =>
            {
                all.Signal();
                all.Wait(); // until the last request has come
                return $"{Greenlet.Current is not null} {Thread.CurrentThread.IsThreadPoolThread}";
            });
        });

        string[] answers = await app.GetAllAsync(Enumerable.Repeat("/", Many));

        answers.Should().AllBe("True False", "each runs on a greenlet, and none on a thread of the pool");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task LocksSleepsAndSockets_InHandlers_LetOtherRequestsRun(FiberKind kind)
    {
        object gate = new();
        int inside = 0, most = 0, within = 0;
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        int port = ((IPEndPoint)server.LocalEndpoint).Port;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/lock", () =>
            {
                int now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                lock (gate)
                {
                    bool alone = Interlocked.Increment(ref within) == 1;
                    Thread.Sleep(2);
                    Interlocked.Decrement(ref within);
                    Interlocked.Decrement(ref inside);
                    return alone ? "alone" : "not alone";
                }
            });
            app.MapGet("/ask", () =>
            {
                using var client = new TcpClient("127.0.0.1", port);
                return new StreamReader(client.GetStream()).ReadLine();
            });
            app.MapGet("/tell", () =>
            {
                using TcpClient client = server.AcceptTcpClient();
                using var writer = new StreamWriter(client.GetStream());
                writer.WriteLine("told");
                return "done";
            });
        });

        string[] locked = await app.GetAllAsync(Enumerable.Repeat("/lock", 30));
        locked.Should().AllBe("alone", "a lock excludes greenlets from each other");
        most.Should().BeGreaterThan(1, "others came to the lock while one slept in it");

        string[] talk = await app.GetAllAsync("/ask", "/ask", "/tell", "/tell");
        talk.Should().BeEquivalentTo("told", "told", "done", "done");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task LongPolling_WithAQueue_ParksUntilAnotherRequestPuts(FiberKind kind)
    {
        using var messages = new BlockingCollection<string>();
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 2);
            app.MapGet("/poll", () => messages.Take());
            app.MapGet("/put/{text}", (string text) => { messages.Add(text); return "put"; });
        });

        Task<string[]> polls = app.GetAllAsync(Enumerable.Repeat("/poll", 20));
        await app.GetAllAsync(Enumerable.Range(0, 20).Select(static i => $"/put/m{i}"));

        (await polls).Should().BeEquivalentTo(Enumerable.Range(0, 20).Select(static i => $"m{i}"), "each message goes to one poll");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AHubThatIsHeldUp_DoesNotTakeTheNextRequestsWithIt(FiberKind kind)
    {
        using var release = new ManualResetEventSlim();
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 2);
            app.MapGet("/compute", () =>
            {
                while (!release.IsSet) Thread.SpinWait(1000); // never waits: nobody takes the hub away from a spawned greenlet that computes
                return "computed";
            });
            app.MapGet("/quick", static () => "quick");
        });

        Task<string> held = app.GetAsync("/compute");
        var quick = new List<Task<string>>();
        for (int i = 0; i < 20; i++)
        {
            quick.Add(app.GetAsync("/quick"));
            await Task.WhenAny(quick[i], Task.Delay(2000));
        }
        try
        {
            for (int i = 0; i < 300 && quick.Count(static one => one.IsCompleted) < 17; i++) await Task.Delay(100);
            quick.Count(static one => one.IsCompleted).Should().BeGreaterThanOrEqualTo(17, "one is given to the hub before it is known to be held up; its share would be ten");
        }
        finally
        {
            release.Set();
        }
        (await held).Should().Be("computed");
        (await Task.WhenAll(quick)).Should().AllBe("quick");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}
