using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests;

/// <summary>Thread.Start, where two threads call it for the same object.</summary>
public sealed class PatchedThreadTests
{
    private const int Rounds = 200;

    public static TheoryData<FiberKind, bool> Starters
    {
        get
        {
            var all = new TheoryData<FiberKind, bool>();
            foreach (FiberKind kind in TestKinds.All)
                foreach (bool hasHub in new[] { true, false }) all.Add(kind, hasHub);
            return all;
        }
    }

    [Theory, MemberData(nameof(Starters))]
    public void AThread_StartedByTwoAtOnce_RunsOnceAndTheSecondGetsTheError(FiberKind kind, bool secondHasHub)
    {
        // BCL: StartCore takes the lock of the Thread object, and the second finds it started: ThreadStateException.
        int foreground = ForegroundThreads.Count, ran = 0, started = 0, refused = 0, there = 0;
        bool failed = false;
        Thread[] threads = [.. Enumerable.Range(0, Rounds).Select(_ => new Thread(() => Interlocked.Increment(ref ran)))];
        ForeignThread first = ForeignThread.StartHub(kind, StartAll), second = secondHasHub ? ForeignThread.StartHub(kind, StartAll) : ForeignThread.Start(StartAll);
        first.FinishNatively();
        second.FinishNatively();
        (ran, started, refused).Should().Be((Rounds, Rounds, Rounds));
        SpinWait.SpinUntil(() => ForegroundThreads.Count <= foreground, TimeSpan.FromSeconds(30)).Should().BeTrue("none of them keeps the process any more"); // fewer: threads of earlier tests may have ended meanwhile
        ForegroundThreads.Count.Should().BeGreaterThanOrEqualTo(0, "each was counted once");

        void StartAll()
        {
            for (int i = 0; i < Rounds; i++)
            {
                Interlocked.Increment(ref there);
                while (Volatile.Read(ref there) < 2 * (i + 1) && !Volatile.Read(ref failed)) Thread.SpinWait(1); // not a wait: both have to leave it in the same moment
                try
                {
                    threads[i].Start();
                    Interlocked.Increment(ref started);
                }
                catch (ThreadStateException)
                {
                    Interlocked.Increment(ref refused);
                }
                catch
                {
                    Volatile.Write(ref failed, true); // the other must not spin for ever
                    throw;
                }
                threads[i].Join();
            }
        }
    }
}
