using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>That the tests of this project do run patched: without it they would be those of Hub.Tests once more.</summary>
public sealed class PatchedTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Fact]
    public void TheProcess_BeforeTheFirstTest_IsPatched() => Patch.IsPatched(new PatchOptions().Groups).Should().BeTrue();

    [Theory, MemberData(nameof(Kinds))]
    public void ABlockingCallAndALock_OnAGreenletOfATest_LetOthersRun(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        object gate = new();
        var order = new List<string>();
        Greenlet first = Greenlet.Spawn(() =>
        {
            lock (gate)
            {
                order.Add("locked");
                while (order.Count < 2) Thread.Sleep(1);
                order.Add("slept");
            }
        });
        Greenlet second = Greenlet.Spawn(() =>
        {
            order.Add("beside it");
            lock (gate) order.Add("locked in turn");
        });
        Greenlet.JoinAll(first, second);
        order.Should().Equal("locked", "beside it", "slept", "locked in turn");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void AThread_StartedOnAGreenletOfATest_IsGreenButNotOneStartedNatively(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        Greenlet? green = null, native = null;
        var first = new Thread(() => green = Greenlet.Running);
        first.Start();
        first.Join();
        var second = new Thread(() => native = Greenlet.Running);
        second.StartNatively();
        second.Join();
        green.Should().NotBeNull();
        native.Should().BeNull();
    });
}
