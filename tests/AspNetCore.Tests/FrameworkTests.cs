using System.Net.Http.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Patchy.AspNetCore.Tests;

/// <summary>MVC and the in-memory server.</summary>
public class FrameworkTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Mvc_ActionsWithBodies_BlockOnGreenlets(FiberKind kind)
    {
        const int Many = 40;
        OrdersController.All = new CountdownEvent(Many);
        await using TestApp app = await TestApp.StartAsync(kind, static builder => builder.Services.AddControllers().AddApplicationPart(typeof(OrdersController).Assembly), static app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapControllers();
        });

        string[] posted = await Task.WhenAll(Enumerable.Range(0, Many).Select(async n =>
        {
            HttpResponseMessage answer = await app.Client.PostAsJsonAsync(new Uri("/orders", UriKind.Relative), new Order("tea", n));
            return await answer.Content.ReadAsStringAsync();
        })).WaitAsync(TestApp.Patience);

        posted.Should().BeEquivalentTo(Enumerable.Range(0, Many).Select(static n => $"tea {n} True"));
        (await app.GetAsync("/orders/7")).Should().Be("7 True");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TheInMemoryServer_WithBlockingHandlers_Works(FiberKind kind)
    {
        using var all = new CountdownEvent(30);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        WebApplication app = builder.Build();
        app.UseGreenlets(static options => options.Hubs = 1);
        app.MapGet("/", (HttpContext context) =>
        {
            all.Signal();
            all.Wait();
            context.Response.Body.Write("written synchronously"u8);
        });
        Hub.DefaultFiber = kind;
        try { await app.StartAsync(); }
        finally { Hub.DefaultFiber = FiberKind.Auto; }

        using HttpClient client = app.GetTestClient();
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.GetStringAsync(new Uri("/", UriKind.Relative)))).WaitAsync(TestApp.Patience);

        answers.Should().AllBe("written synchronously");
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
