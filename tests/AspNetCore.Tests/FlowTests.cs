using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;

namespace Patchy.AspNetCore.Tests;

/// <summary>What a handler sees of its request is what it sees without greenlets.</summary>
public class FlowTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    private static readonly AsyncLocal<string?> s_local = new();

    private sealed class Scoped : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TheRequest_AcrossBlockingAndAwaiting_StaysTheSame(FiberKind kind)
    {
        int number = 0;
        Scoped? last = null;
        static string Look(HttpContext context) => string.Join(' ',
            s_local.Value, context.RequestServices.GetRequiredService<IHttpContextAccessor>().HttpContext == context, Activity.Current?.GetTagItem("n"), CultureInfo.CurrentCulture.LCID,
            context.User.Identity?.Name, context.Items["n"], context.RequestServices.GetRequiredService<Scoped>().Disposed);

        await using TestApp app = await TestApp.StartAsync(kind, static builder => builder.Services.AddHttpContextAccessor().AddScoped<Scoped>(), app =>
        {
            app.Use(async (context, next) =>
            {
                string n = Interlocked.Increment(ref number).ToString(CultureInfo.InvariantCulture);
                s_local.Value = n;
                using var activity = new Activity("test");
                activity.AddTag("n", n).Start();
                CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false);
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, n)], "test"));
                context.Items["n"] = n;
                await next(context);
                s_local.Value.Should().Be(n, "what is set further in does not come out, as with any async middleware");
                activity.Should().BeSameAs(Activity.Current);
            });
            app.UseGreenlets(static options => options.Hubs = 1);
            app.Use(static async (context, next) =>
            {
                string before = Look(context);
                await next(context);
                if (Look(context) != before) throw new InvalidOperationException($"{before} has become {Look(context)}");
            });
            app.MapGet("/", async (HttpContext context, Scoped scoped) =>
            {
                last = scoped;
                string before = Look(context);
                Thread.Sleep(5);
                string blocked = Look(context);
                await Task.Delay(5);
                string awaited = Look(context);
                Thread.Sleep(1);
                s_local.Value = "changed in the handler";
                s_local.Value = before.Split(' ')[0];
                return before == blocked && blocked == awaited && before == Look(context) ? before : $"{before} | {blocked} | {awaited}";
            });
        });

        string[] answers = await app.GetAllAsync(Enumerable.Repeat("/", 30));

        answers.Should().BeEquivalentTo(Enumerable.Range(1, 30).Select(static n => $"{n} True {n} 127 {n} {n} False"));
        for (int i = 0; i < 600 && !last!.Disposed; i++) await Task.Delay(100);
        last!.Disposed.Should().BeTrue("the scope ends with the request");
        app.Log.Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AStackThatIsUsedAgain_HasNothingOfTheRequestBefore(FiberKind kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/set", static () => { s_local.Value = "left behind"; CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; return "set"; });
            app.MapGet("/get", static () => $"{s_local.Value ?? "nothing"} {SynchronizationContext.Current?.GetType().Name}");
        });

        for (int i = 0; i < 3; i++)
        {
            await app.GetAsync("/set");
            (await app.GetAsync("/get")).Should().Be("nothing RequestContext");
        }
    }
}
