using System.Text;
using System.Text.Json;

namespace Patchy.AspNetCore.Tests;

/// <summary>What follows an await, and blocking on tasks.</summary>
public class ContinuationTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    private static string Where => $"{Greenlet.Current is not null} {Hub.CurrentOrNull?.Name} {TaskScheduler.Current == TaskScheduler.Default}";

    [Theory, MemberData(nameof(Kinds))]
    public async Task AfterAnAwait_TheHandler_IsOnAGreenletOfTheSameHub(FiberKind kind)
    {
        using var all = new CountdownEvent(60);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 2);
            app.MapGet("/", async () =>
            {
                string before = Where;
                await Task.Delay(1);
                string after = Where;
                await Task.Run(static () => { });
                await Task.Yield();
                all.Signal();
                all.Wait(); // 60 at once: threads of the pool they would block
                return before == after && after == Where ? "same" : $"{before} | {after} | {Where}";
            });
        });

        (await app.GetAllAsync(Enumerable.Repeat("/", 60))).Should().AllBe("same");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task BlockingOnATask_WhoseContinuationComesBackToTheRequest_DoesNotDeadlock(FiberKind kind)
    {
        static async Task<string> Library(int depth)
        {
            await Task.Delay(1); // no ConfigureAwait(false): in a context with one thread this is the classic deadlock
            return depth == 0 ? Where : await Library(depth - 1);
        }

        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/result", static () => Library(3).Result);
            app.MapGet("/wait", static () => { Task<string> task = Library(3); task.Wait(); return task.GetAwaiter().GetResult(); });
            app.MapGet("/after", static async () => { await Task.Delay(1); return Task.WhenAll(Library(0), Library(1)).Result[1]; });
            app.MapGet("/inside", static async () => await Inside());
        });
        static async Task<string> Inside()
        {
            await Task.Yield();
            return Library(Library(0).Result.Length > 0 ? 1 : 0).Result;
        }

        string[] answers = await app.GetAllAsync(Enumerable.Range(0, 10).SelectMany(static _ => new[] { "/result", "/wait", "/after", "/inside" }));

        answers.Should().AllBe("True request hub 1 True");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ConfigureAwaitFalse_InALibrary_LeavesTheHandlerOnAGreenlet(FiberKind kind)
    {
        static async Task<bool> Library()
        {
            await Task.Delay(1).ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // also when the millisecond is over already
            return Greenlet.Current is null; // as asked for: on the pool
        }

        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", static async () => $"{await Library()} {Where}");
        });

        (await app.GetAsync("/")).Should().Be("True True request hub 1 True");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task WorkThatNobodyAwaits_GoesOnAfterTheRequest(FiberKind kind)
    {
        var later = new TaskCompletionSource<string>();
        using var answered = new SemaphoreSlim(0);
        async Task Later()
        {
            await Task.Yield();
            answered.Wait(); // after the response has reached the client
            await Task.Delay(1);
            later.SetResult(Where);
        }

        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", () => { _ = Later(); return "answered"; });
        });

        (await app.GetAsync("/")).Should().Be("answered");
        answered.Release();
        (await later.Task.WaitAsync(TestApp.Patience)).Should().StartWith("True request hub 1");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AsyncVoid_ThatThrows_IsLoggedAndTheServerGoesOn(FiberKind kind)
    {
        static async void Broken()
        {
            await Task.Delay(1);
            throw new FormatException("of an async void method");
        }

        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", static () => { Broken(); return "answered"; });
        });

        (await app.GetAsync("/")).Should().Be("answered");
        for (int i = 0; i < 600 && app.Log.IsEmpty; i++) await Task.Delay(100);
        app.Log.Should().ContainSingle().Which.Should().StartWith("Error: ").And.Contain("of an async void method", "ASP.NET Core without a context would end the process");
        (await app.GetAsync("/")).Should().Be("answered");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ABody_ThatArrivesLate_IsBoundAsynchronouslyAndTheHandlerBlocksOnAGreenlet(FiberKind kind)
    {
        using var all = new CountdownEvent(40);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapPost("/", (JsonElement body) =>
            {
                all.Signal();
                all.Wait();
                return $"{body.GetProperty("n").GetInt32()} {Where}";
            });
        });

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            string json = $$"""{ "n": {{n}} }""";
            await using var stream = await app.ConnectAsync($"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n");
            await Task.Delay(20); // so that the binder has to wait for it
            await stream.WriteAsync(Encoding.ASCII.GetBytes(json));
            return await new StreamReader(stream).ReadToEndAsync();
        })).WaitAsync(TestApp.Patience);

        for (int n = 0; n < 40; n++) answers[n].Should().Contain($"{n} True request hub 1 True");
    }
}
