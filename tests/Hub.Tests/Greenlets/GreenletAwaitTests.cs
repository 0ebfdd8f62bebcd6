using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletAwaitTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void AwaitGreenlet_InAsyncCode_GivesItsResultOffTheCarrier(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<int> greenlet = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(10)); return 42; });
        Greenlet? continuedOn = Greenlet.Current;
        async Task<int> Async()
        {
            int value = await greenlet;
            continuedOn = Greenlet.Current;
            return value;
        }
        Greenlet.Await(Async()).Should().Be(42);
        continuedOn.Should().BeNull("the continuation belongs to the thread pool, not to the carrier");
        Greenlet.Await(Async()).Should().Be(42, "it may be awaited again");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void AwaitGreenlet_ThatFailed_RaisesTheSameException(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var error = new FormatException("mine");
        Greenlet greenlet = Greenlet.Spawn(() => { Greenlet.Yield(); throw error; });
        Exception? seen = null;
        async Task Async()
        {
            try { await greenlet; }
            catch (FormatException exception) { seen = exception; }
        }
        Greenlet.Await(Async());
        seen.Should().BeSameAs(error);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void AwaitGreenlet_ThatWasKilled_Succeeds(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<string> greenlet = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromSeconds(30)); return "done"; });
        Task<string> task = greenlet.AsTask();
        Greenlet.Yield();
        greenlet.Kill();
        Greenlet.Await(task).Should().BeNull("as Get: GreenletExit is no error");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Await_ATask_LetsOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); ticks++; } });
        var source = new TaskCompletionSource<int>();
        Greenlet<int> waiting = Greenlet.Spawn(() => Greenlet.Await(source.Task));
        while (ticks < 5) Greenlet.Yield();
        var setter = new Thread(() => source.SetResult(7));
        setter.StartNatively();
        waiting.Get().Should().Be(7);
        ticker.Kill();
        FluentActions.Invoking(() => Greenlet.Await(Task.FromException(new FormatException()))).Should().Throw<FormatException>("the error itself, as await raises it");
        FluentActions.Invoking(() => Greenlet.Await(Task.FromCanceled(new CancellationToken(true)))).Should().Throw<TaskCanceledException>();
        FluentActions.Invoking(() => Greenlet.Await(null!)).Should().Throw<ArgumentNullException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Await_KilledOrTimedOut_LeavesTheTaskRunningAndNothingWithIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var source = new TaskCompletionSource<int>();
        FluentActions.Invoking(() => Greenlet.Await(source.Task, TimeSpan.FromMilliseconds(5))).Should().Throw<GreenletTimeout>();
        using var timeout = new GreenletTimeout(TimeSpan.FromMilliseconds(5));
        FluentActions.Invoking(() => Greenlet.Await(source.Task, timeout)).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        Greenlet waiting = Greenlet.Spawn(() => { Greenlet.Await(source.Task); });
        Greenlet.Yield();
        waiting.Kill();
        waiting.Dead.Should().BeTrue();
        source.Task.IsCompleted.Should().BeFalse();
        ContinuationsOf(source.Task).Should().BeNull("thousands may wait in vain for a task that never ends");
        source.SetResult(1);
        Greenlet.Await(source.Task, TimeSpan.Zero).Should().Be(1);
    });

    [Fact]
    public void Await_OnANativeThreadWithoutAHub_BlocksIt()
    {
        Hub? made = null;
        int result = 0;
        var native = new Thread(() => { result = Greenlet.Await(Task.Delay(5).ContinueWith(_ => 3)); made = Hub.CurrentOrNull; });
        native.StartNatively();
        native.Join();
        result.Should().Be(3);
        made.Should().BeNull();
    }

    private static object? ContinuationsOf(Task task)
    {
        object? continuations = typeof(Task).GetField("m_continuationObject", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(task);
        return continuations is System.Collections.ICollection list && list.Cast<object?>().All(one => one is null) ? null : continuations;
    }
}
