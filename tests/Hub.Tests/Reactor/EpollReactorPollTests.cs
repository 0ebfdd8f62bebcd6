using FluentAssertions;
using Patchy.Interop;
using Patchy.Reactor;
using Xunit;

namespace Patchy.Tests.Reactor;

/// <summary>Sleeping in the reactor, with a kernel that takes nanoseconds and with one that takes milliseconds.</summary>
public sealed class EpollReactorPollTests
{
    // A signal (the runtime sends some) ends a poll early; a time rounded down would end thousands.
    private const int MostPolls = 100;

    [Theory, InlineData(false), InlineData(true)]
    public void Poll_UntilATimeWithinAMillisecond_EndsAfterItAndDoesNotSpin(bool countsMilliseconds)
    {
        // gevent's libev never ends a timer early, and rounds it up to a millisecond.
        var bell = new EventFd();
        var reactor = new EpollReactor(null!, bell, countsMilliseconds);
        for (int i = 0; i < 20; i++)
        {
            var deadline = Deadline.In(TimeSpan.FromMilliseconds(0.3 + i * 0.1));
            int polls = 0;
            for (; !deadline.HasPassed && polls < MostPolls; polls++) reactor.Poll(deadline);
            deadline.HasPassed.Should().BeTrue("{0} polls are enough", polls);
        }
        reactor.Close();
        bell.Close();
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Poll_UntilATimeBeyondWhatTheKernelCounts_EndsByTheBell(bool countsMilliseconds)
    {
        var bell = new EventFd();
        var reactor = new EpollReactor(null!, bell, countsMilliseconds);
        var deadline = Deadline.In(TimeSpan.FromDays(20_000));
        bool rang = false;
        var ringer = new Thread(() =>
        {
            NativeBlock.Milliseconds(20);
            Volatile.Write(ref rang, true);
            bell.Signal();
        });
        ringer.Start();
        int polls = 0;
        for (; !Volatile.Read(ref rang) && polls < MostPolls; polls++) reactor.Poll(deadline);
        polls.Should().BeLessThan(MostPolls, "a time that overflowed would be in the past, and every poll would end at once");
        ringer.Join();
        reactor.Close();
        bell.Close();
    }
}
