using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>What the state that .NET keeps for a thread or an execution context does in a greenlet. docs/locals.md says the same.</summary>
public sealed class ThreadStateTests
{
    [ThreadStatic] private static string? t_static;
    private static readonly AsyncLocal<string?> s_flowing = new();
    private static readonly CultureInfo s_danish = Danish();

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void ThreadStatic_AcrossWaits_IsTheGreenletsOwn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        t_static = "main";
        using var threadLocal = new ThreadLocal<string?> { Value = "main" };
        Greenlet<string>[] all = [.. new[] { "a", "b" }.Select(name => Greenlet.Spawn(() =>
        {
            t_static = name;
            threadLocal.Value = name;
            Greenlet.Yield();
            return $"{t_static} {threadLocal.Value}";
        }))];
        Greenlet.JoinAll([.. all]);
        all.Select(g => g.Value).Should().Equal("a a", "b b");
        (t_static, threadLocal.Value).Should().Be(("main", "main"));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ThreadStatic_InTheNextGreenletOnAPooledStack_IsAsTheLastOneLeftIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // As with pool threads: spawned greenlets share stacks one after the other. GreenletLocal does not have this.
        Greenlet.Spawn(() => { t_static = "left behind"; }).Join();
        Greenlet.Spawn(() => t_static).Get().Should().Be("left behind");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void FlowingState_InASpawnedGreenlet_IsThatOfTheSpawner(FiberKind kind) => OnHub.Run(kind, () => InCleanState(() =>
    {
        s_flowing.Value = "spawner";
        CultureInfo.CurrentCulture = s_danish;
        CultureInfo.CurrentUICulture = s_danish;
        using Activity activity = new Activity("request").Start();
        Greenlet<string> child = Greenlet.Spawn(Describe);
        s_flowing.Value = "changed after the spawn";
        child.Get().Should().Be("spawner , , request", "the execution context is captured when the greenlet is made");
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void FlowingState_SetInAGreenlet_StaysThereAndIsNotLeakedToTheNext(FiberKind kind) => OnHub.Run(kind, () => InCleanState(() =>
    {
        string before = Describe();
        for (int round = 0; round < 3; round++)
        {
            Greenlet<string> polluting = Greenlet.Spawn(() =>
            {
                s_flowing.Value = "leak";
                CultureInfo.CurrentCulture = s_danish;
                CultureInfo.CurrentUICulture = s_danish;
                _ = new Activity("leak").Start();
                Greenlet.Yield();
                return Describe();
            });
            Greenlet<string> besideIt = Greenlet.Spawn(() => { Greenlet.Yield(); return Describe(); });
            polluting.Get().Should().Be("leak , , leak", "what it has set is there after a wait");
            besideIt.Get().Should().Be(before);
            Greenlet.Spawn(Describe).Get().Should().Be(before, "the next one on that stack begins clean");
            Describe().Should().Be(before);
        }
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void FlowingState_OfAGreenletThatFailedOrWasKilled_IsNotLeakedToTheNext(FiberKind kind) => OnHub.Run(kind, () => InCleanState(() =>
    {
        using var quiet = new QuietErrors();
        string before = Describe();
        Greenlet failing = Greenlet.Spawn(() => { Pollute(); throw new FormatException(); });
        failing.Join();
        Greenlet.Spawn(Describe).Get().Should().Be(before);
        Greenlet killed = Greenlet.Spawn(() => { Pollute(); Greenlet.Sleep(TimeSpan.FromSeconds(30)); });
        Greenlet.Yield();
        killed.Kill();
        Greenlet.Spawn(Describe).Get().Should().Be(before);
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void FlowingState_WithTheFlowSuppressed_BeginsEmpty(FiberKind kind) => OnHub.Run(kind, () => InCleanState(() =>
    {
        string before = Describe();
        Pollute();
        Greenlet<string> child;
        using (ExecutionContext.SuppressFlow()) child = Greenlet.Spawn(Describe);
        child.Get().Should().Be(before, "no context was captured, so it begins with an empty one");
        Greenlet<string> polluting;
        using (ExecutionContext.SuppressFlow()) polluting = Greenlet.Spawn(() => { Pollute(); return Describe(); });
        polluting.Get().Should().StartWith("leak");
        using (ExecutionContext.SuppressFlow()) child = Greenlet.Spawn(Describe);
        child.Get().Should().Be(before, "and what one without a context sets is not left to the next");
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void FlowingState_InLinks_IsEmptyInTheHubAndDoesNotStayThere(FiberKind kind) => OnHub.Run(kind, () => InCleanState(() =>
    {
        string before = Describe();
        var seen = new List<string>();
        Greenlet greenlet = Greenlet.Spawn(() => { });
        s_flowing.Value = "linker";
        greenlet.RawLink(_ => { seen.Add(Describe()); Pollute(); });
        greenlet.RawLink(_ => seen.Add(Describe()));
        greenlet.Link(_ => seen.Add(Describe()));
        for (int turn = 0; turn < 10_000 && seen.Count < 3; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); // and no more of them
        seen.Should().Equal([before, before, before], "callbacks of the hub run in an empty context, each in one of its own");
    }));

    private static void Pollute()
    {
        s_flowing.Value = "leak";
        CultureInfo.CurrentCulture = s_danish;
        CultureInfo.CurrentUICulture = s_danish;
        _ = new Activity("leak").Start();
    }

    private static string Describe() => $"{s_flowing.Value} {CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator} {CultureInfo.CurrentUICulture.NumberFormat.NumberDecimalSeparator} {Activity.Current?.OperationName}";

    /// <summary>A culture that can be told from others also where globalization is invariant: by its decimal comma.</summary>
    private static CultureInfo Danish()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        return culture;
    }

    private static void InCleanState(Action body)
    {
        s_flowing.Value = null;
        Activity.Current = null;
        body();
    }
}
