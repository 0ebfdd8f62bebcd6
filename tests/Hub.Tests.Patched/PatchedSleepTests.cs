using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>Thread.Sleep where its argument is computed in the same statement, by a method of the class library.</summary>
public sealed class PatchedSleepTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void ALoopOfShortSleeps_WhoseTimeIsComputedInTheCall_CanBeKilled(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        int zero = 0, one = 1;
        Loop(() => Thread.Sleep(Math.Min(zero, one)));
        Loop(() => Thread.Sleep(Math.Min(Math.Abs(one), 5)));
        Loop(() => Thread.Sleep(TimeSpan.FromMilliseconds(zero)));
        Loop(() => Thread.Sleep(TimeSpan.FromMilliseconds(one)));
        Loop(() => Thread.Sleep(int.Parse("1")));

        static void Loop(Action pause)
        {
            bool stop = false;
            Greenlet looping = Greenlet.Spawn(() => { while (!Volatile.Read(ref stop)) pause(); });
            Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
            bool ended = looping.Kill(new GreenletExit(), s_patience);
            stop = true;
            ended.Should().BeTrue("gevent.sleep(0) and every other sleep of the program's own is a place for a kill");
        }
    });
}
