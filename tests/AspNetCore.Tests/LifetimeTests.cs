using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Patchy.AspNetCore.Tests;

/// <summary>Start and stop, branches, and being called twice.</summary>
public class LifetimeTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Stop_WaitsForRunningRequests_ThenEndsTheHubs(FiberKind kind)
    {
        using var running = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        Hub? hub = null;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 2);
            app.MapGet("/", () => { hub = Hub.Current; running.Release(); release.Wait(); return "ended well"; });
        });

        Task<string> request = app.GetAsync("/");
        await running.WaitAsync();
        Task stop = app.StopAsync();
        await Task.Delay(50);
        stop.IsCompleted.Should().BeFalse("a request is running");
        hub!.IsDestroyed.Should().BeFalse();
        release.Release();

        (await request).Should().Be("ended well");
        await stop.WaitAsync(TestApp.Patience);
        hub.IsDestroyed.Should().BeTrue();
        hub.Kind.Should().Be(kind);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Stop_WithARequestThatNeverEnds_KillsItInTheEnd(FiberKind kind)
    {
        using var running = new SemaphoreSlim(0);
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        TestApp app = await TestApp.StartAsync(kind, static builder => builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300)), app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", () =>
            {
                running.Release();
                try { Thread.Sleep(Timeout.Infinite); }
                catch (GreenletExit exit) { ended.SetResult(exit.Message); throw; }
            });
        });

        Task<string> request = app.GetAsync("/");
        await running.WaitAsync();
        try { await app.StopAsync(); }
        catch (OperationCanceledException) { } // the host says so when the time was over

        (await ended.Task.WaitAsync(TestApp.Patience)).Should().Contain("hub is being destroyed");
        await ((Func<Task>)(() => request)).Should().ThrowAsync<HttpRequestException>();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Branches_WithAndWithoutGreenlets_AreApart(FiberKind kind)
    {
        static string Where() => $"{Hub.CurrentOrNull?.Name ?? "none"} {Thread.CurrentThread.IsThreadPoolThread}";
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseWhen(static context => context.Request.Path.StartsWithSegments("/green"), static branch => branch.UseGreenlets(static options => options.Hubs = 1));
            app.Map("/mapped", static branch => branch.UseGreenlets(static options => options.Hubs = 1).Run(static context => context.Response.WriteAsync(Where())));
            app.MapGet("/green", Where);
            app.MapGet("/plain", Where);
        });

        (await app.GetAsync("/green")).Should().Be("request hub 1 False");
        (await app.GetAsync("/mapped")).Should().Be("request hub 1 False");
        (await app.GetAsync("/plain")).Should().Be("none True");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task UseGreenlets_Twice_KeepsTheRequestOnItsGreenlet(FiberKind kind)
    {
        Greenlet? outer = null, inner = null;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 2);
            app.Use((context, next) => { outer = Greenlet.Current; return next(context); });
            app.UseGreenlets(static options => options.Hubs = 2);
            app.Run(context => { inner = Greenlet.Current; return context.Response.WriteAsync("once"); });
        });

        (await app.GetAsync("/")).Should().Be("once");
        inner.Should().NotBeNull().And.BeSameAs(outer);
    }

    [Fact]
    public async Task UseGreenlets_TwiceWithDifferentHubs_IsRefused()
    {
        Func<Task> start = () => TestApp.StartAsync(FiberKind.User, static app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.UseGreenlets(static options => options.Hubs = 2);
        });

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*Hubs = *Hubs = *");
    }

    [Fact]
    public void Options_ThatMakeNoSense_AreRefusedWhereTheyAreGiven()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();

        foreach (Action<GreenletsOptions> wrong in new Action<GreenletsOptions>[] { static o => o.Hubs = 0, static o => o.MaxConcurrentRequests = 0, static o => o.MaxQueuedRequests = -1 })
            app.Invoking(it => it.UseGreenlets(wrong)).Should().Throw<ArgumentOutOfRangeException>();
        new GreenletsOptions().Hubs.Should().Be(Environment.ProcessorCount);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TheHubs_OfAnApplication_GiveTheirThreadsBack(FiberKind kind)
    {
        // Not by the names of kernel threads: one that the monitor has relieved of its hub leaves its name to another.
        const int Applications = 8;
        var hubs = new System.Collections.Concurrent.ConcurrentDictionary<Hub, bool>();
        async Task Serve()
        {
            await using TestApp app = await TestApp.StartAsync(kind, app =>
            {
                app.UseGreenlets(static options => options.Hubs = 2);
                app.MapGet("/", () => { hubs[Hub.Current] = true; Thread.Sleep(1); return "x"; });
            });
            await app.GetAllAsync(Enumerable.Repeat("/", 10));
        }
        static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

        await Serve(); // what is made once is made now
        hubs.Should().HaveCount(2);
        int before = Threads();
        for (int i = 0; i < Applications; i++) await Serve();
        int after = Threads();
        for (int wait = 0; wait < 1000 && after >= before + Applications; wait++)
        {
            await Task.Delay(50);
            after = Threads();
        }
        after.Should().BeLessThan(before + Applications, "two threads an application would be {0} more; the pool may have some more or less", 2 * Applications);
        hubs.Keys.Should().HaveCount(2 * (Applications + 1)).And.OnlyContain(static hub => hub.IsDestroyed);
    }
}
