using System.Globalization;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests.Greenlets;

/// <summary>Greenlets that are spawned one after the other share a stack, and so a Thread object; what one has made of that is not the next one's.</summary>
public sealed class PooledStackTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Thread_ChangedByAGreenlet_IsForTheNextOneAsForTheFirst(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (Thread Thread, string? Name, bool IsBackground, ThreadPriority Priority, bool HasCulture, SynchronizationContext? Context) Look()
        {
            Thread self = Thread.CurrentThread;
            return (self, self.Name, self.IsBackground, self.Priority, self.CurrentCulture == culture || self.CurrentUICulture == culture, SynchronizationContext.Current);
        }

        var before = Greenlet.Spawn(Look).Get();
        before.IsBackground.Should().BeTrue("a foreground thread that is pooled would keep the process for ever");
        Thread changed = Greenlet.Spawn(() =>
        {
            Thread self = Thread.CurrentThread;
            self.Name = "mine";
            self.IsBackground = false;
            self.Priority = ThreadPriority.BelowNormal;
            self.CurrentCulture = self.CurrentUICulture = culture;
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            return self;
        }).Get();
        changed.Should().BeSameAs(before.Thread, "else the test shows nothing");
        Greenlet.Spawn(Look).Get().Should().Be(before);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Thread_ChangedByAGreenletThatFailsOrIsKilled_IsForTheNextOneAsForTheFirst(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        using var quiet = new QuietErrors();
        foreach (bool fails in new[] { true, false })
        {
            Thread? changed = null;
            Greenlet last = Greenlet.Spawn(() =>
            {
                changed = Thread.CurrentThread;
                changed.Name = "mine";
                changed.IsBackground = false;
                if (fails) throw new FormatException();
                Greenlet.Sleep(Timeout.InfiniteTimeSpan);
            });
            Greenlet.Yield();
            last.Kill();
            Greenlet.Spawn(() => (Thread.CurrentThread, Thread.CurrentThread.Name, Thread.CurrentThread.IsBackground)).Get().Should().Be((changed!, "Patchy greenlet", true));
        }
    });
}
