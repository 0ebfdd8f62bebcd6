using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Events;
using Patchy.Linking;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests;

/// <summary>Rules E1 to E5.</summary>
public sealed class HubErrorTests
{
    private const PosixSignal WindowChanged = (PosixSignal)(-7); // SIGWINCH: the system ignores it

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void E1_UncaughtException_IsStoredLinkedAndPrintedAndOthersGoOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: traceback, then "<UTC time> <greenlet> failed with <Type>" and an empty line.
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        var error = new FormatException("mine");
        bool linked = false, other = false;
        Greenlet greenlet = Greenlet.Spawn(() => Fail(error));
        greenlet.Name = "the failing one";
        greenlet.RawLink(_ => linked = true);
        Greenlet.Spawn(() => other = true);
        greenlet.Join();
        Greenlet.Yield();
        greenlet.Successful.Should().BeFalse();
        greenlet.Exception.Should().BeSameAs(error);
        ((Action)greenlet.Get).Should().Throw<FormatException>().Which.Should().BeSameAs(error);
        linked.Should().BeTrue();
        other.Should().BeTrue("other greenlets are not concerned");
        printed.ToString().Should().Contain("System.FormatException: mine").And.Contain(nameof(Fail), "the stack is printed")
            .And.MatchRegex(@"\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ the failing one failed with FormatException\n\n$");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E1_ExceptionStreamNull_PrintsNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        TextWriter before = Console.Error;
        using var standard = new StringWriter();
        Console.SetError(standard);
        try
        {
            Hub.Current.ExceptionStream.Should().BeSameAs(Console.Error, "standard error unless set");
            Hub.Current.ExceptionStream = null;
            Greenlet.Spawn(() => throw new FormatException("silent")).Join();
            Hub.Current.ExceptionStream.Should().BeNull();
        }
        finally
        {
            Console.SetError(before);
        }
        standard.ToString().Should().BeEmpty("gevent: exception_stream = None silences");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E1_BrokenStream_LosesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        TextWriter before = Console.Error;
        using var standard = new StringWriter();
        Console.SetError(standard);
        try
        {
            var closed = new StringWriter();
            closed.Dispose();
            Hub.Current.ExceptionStream = closed;
            Greenlet greenlet = Greenlet.Spawn(() => throw new FormatException("mine"));
            greenlet.Join();
            greenlet.Exception.Should().BeOfType<FormatException>();
        }
        finally
        {
            Console.SetError(before);
        }
        standard.ToString().Should().Contain("failed with FormatException");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E1_ErrorInTheHubWhileAGreenletHoldsTheStream_WaitsForItsTurnAndTheHubGoesOn(FiberKind kind) => OnHub.RunSpawnedMonitored(kind, () =>
    {
        // Where nothing is patched the lock of the writer blocks the carrier, which the monitor has to relieve.
        // gevent prints to stderr from the hub. Here the lock of the writer may be held by a parked greenlet, which only this hub can run.
        var slow = new SlowWriter();
        Hub hub = Hub.Current;
        hub.ExceptionStream = TextWriter.Synchronized(slow);
        Greenlet writing = Greenlet.Spawn(() => hub.HandleError(hub, new FormatException("first")));
        while (!slow.IsWriting) Greenlet.Yield();
        bool afterwards = false;
        hub.RunCallback(() => throw new FormatException("second"));
        hub.RunCallback(() => throw new FormatException("third"));
        hub.RunCallback(() => afterwards = true);
        while (!afterwards) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // the hub does not wait for the stream, or this never ends
        Greenlet fourth = Greenlet.Spawn(() => throw new FormatException("fourth"));
        Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        slow.Printed().Should().BeEmpty();
        slow.GoOn = true;
        writing.Join();
        fourth.Join();
        while (slow.Printed().Length < 4) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        slow.Printed().Should().Equal("first", "second", "third", "fourth");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E1_ErrorInTheHubWhoseStreamWaits_IsWrittenByAGreenlet(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var slow = new SlowWriter();
        Hub hub = Hub.Current;
        hub.ExceptionStream = slow;
        hub.RunCallback(() => throw new FormatException("mine"));
        while (!slow.IsWriting) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        slow.GoOn = true;
        while (slow.Printed().Length == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        slow.Printed().Should().Equal("mine");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E1_ErrorInADestroyedHubsWork_IsPrinted(FiberKind kind)
    {
        // gevent: the pool's hub prints it. What is handed to a hub that is no more would be lost.
        TextWriter before = Console.Error;
        using var standard = new StringWriter();
        Console.SetError(standard);
        try
        {
            using var pool = new NativeThreadPool(1);
            using var gate = new ManualResetEventSlim();
            Hub hub = HubThread.Start(null, kind);
            AsyncResult<int> result = hub.Spawn(() => pool.Spawn<int>(() => { gate.Wait(); throw new FormatException("of its hub's last work"); })).Get();
            hub.Dispose();
            gate.Set();
            ((Action)(() => result.Get())).Should().Throw<FormatException>();
            pool.Join();
        }
        finally
        {
            Console.SetError(before);
        }
        standard.ToString().Should().Contain("of its hub's last work").And.Contain("failed with FormatException");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void E1_AHubThatHasQueuedAnError_IsForgottenOnceItIsDestroyed(FiberKind kind)
    {
        var hubs = new List<WeakReference>();
        for (int i = 0; i < 3; i++) hubs.Add(Ended(kind));
        for (int i = 0; i < 500 && hubs.Exists(static hub => hub.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        hubs.Count(static hub => hub.IsAlive).Should().BeLessThan(2, "the end of the process has nothing to print of them (one may stand on a stack yet)");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void E2_NotErrors_AreStoredButNotPrinted(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        Hub.Current.NotErrors = [.. Hub.Current.NotErrors, typeof(OperationCanceledException)];
        Greenlet greenlet = Greenlet.Spawn(() => throw new TaskCanceledException());
        greenlet.Join();
        greenlet.Exception.Should().BeOfType<TaskCanceledException>("it is the greenlet's result all the same");
        printed.ToString().Should().BeEmpty("gevent: NOT_ERROR is not printed; derived types count");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E2_SystemErrors_AreThrownIntoTheMainGreenletWithTheirStack(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        Hub.Current.SystemErrors = [typeof(FormatException)];
        var error = new FormatException("mine");
        bool other = false;
        Greenlet.Spawn(() => Fail(error));
        Action wait = () => Greenlet.Sleep(TimeSpan.FromSeconds(30));
        FormatException thrown = wait.Should().Throw<FormatException>("gevent: SYSTEM_ERROR reaches the main greenlet where it waits").Which;
        thrown.Should().BeSameAs(error);
        thrown.StackTrace.Should().Contain(nameof(Fail), "it says where it came from");
        printed.ToString().Should().Contain("failed with FormatException");
        Greenlet.Spawn(() => other = true).Join(); // once is enough: it is not raised again
        other.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E2_TwoSystemErrors_BothArrive(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub.Current.ExceptionStream = null;
        Hub.Current.SystemErrors = [typeof(FormatException)];
        Greenlet.Spawn(() => throw new FormatException("one"));
        Greenlet.Spawn(() => throw new FormatException("two"));
        var seen = new List<string>();
        for (int i = 0; i < 2; i++)
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (FormatException exception) { seen.Add(exception.Message); }
        }
        seen.Should().Equal("one", "two");
        Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E3_GreenletExit_IsNoErrorAndNotPrinted(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        Greenlet raised = Greenlet.Spawn(() => throw new GreenletExit("raised"));
        Greenlet killed = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet.Yield();
        killed.Kill();
        raised.Join();
        raised.Successful.Should().BeTrue();
        killed.Successful.Should().BeTrue();
        raised.Exit!.Message.Should().Be("raised", "gevent: GreenletExit becomes the value");
        printed.ToString().Should().BeEmpty();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E4_LinkThatThrows_IsReportedAndTheOtherLinksRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var seen = new List<(object? Context, Exception Error)>();
        Hub.Current.ErrorHandler = (context, exception) => seen.Add((context, exception));
        var error = new FormatException("a link's");
        bool second = false;
        Greenlet greenlet = Greenlet.Spawn(() => { });
        Action<ILinkable> broken = _ => throw error;
        greenlet.RawLink(broken);
        greenlet.RawLink(_ => second = true);
        greenlet.Join();
        Greenlet.Yield();
        second.Should().BeTrue("gevent: errors in links never stop the other links");
        seen.Should().ContainSingle().Which.Should().Be((broken, error));
        greenlet.Successful.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E4_HandlerOfOnesOwn_GetsTheGreenletThatHasEnded(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub hub = Hub.Current;
        hub.ExceptionStream = printed;
        var error = new FormatException("mine");
        bool wasDead = false, wentOn = false;
        Exception? stored = null;
        hub.ErrorHandler = (context, exception) =>
        {
            wasDead = ((Greenlet)context!).Dead;
            stored = ((Greenlet)context).Exception;
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); // the handler of a greenlet's error may wait
            wentOn = true;
        };
        Greenlet.Spawn(() => throw error);
        hub.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        wasDead.Should().BeTrue();
        stored.Should().BeSameAs(error);
        wentOn.Should().BeTrue();
        printed.ToString().Should().BeEmpty("the handler stands in for the printing");
        hub.ErrorHandler = hub.HandleError;
        Greenlet.Spawn(() => throw error).Join();
        printed.ToString().Should().Contain("failed with FormatException", "a handler can go on with the usual");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E4_BrokenHandler_LosesNeitherResultNorErrors(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        Hub.Current.ErrorHandler = (_, _) => throw new InvalidOperationException("the handler's own");
        Greenlet greenlet = Greenlet.Spawn(() => throw new FormatException("mine"));
        greenlet.Join();
        greenlet.Exception.Should().BeOfType<FormatException>("gevent: a broken handle_error does not lose the result");
        printed.ToString().Should().Contain("failed with FormatException").And.Contain("failed with InvalidOperationException");
        Greenlet.Spawn(() => 42).Get().Should().Be(42);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E5_SignalHandler_RunsEachDeliveryInANewGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var runners = new List<Greenlet>();
        bool mayWait = false;
        using (Hub.SignalHandler(WindowChanged, () =>
        {
            runners.Add(Greenlet.Running!);
            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            mayWait = true;
        }))
        {
            for (int i = 1; i <= 2; i++)
            {
                RaiseWindowChange();
                while (runners.Count < i) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            }
            while (!mayWait) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        }
        runners.Should().OnlyHaveUniqueItems().And.NotContain(Hub.Current.Main);
        RaiseWindowChange(); // the system's own treatment: it is ignored
        Greenlet.Sleep(TimeSpan.FromMilliseconds(50));
        runners.Should().HaveCount(2, "disposing cancels");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E5_SignalHandlerThatThrows_ReachesTheMainGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var printed = new StringWriter();
        Hub.Current.ExceptionStream = printed;
        var error = new FormatException("mine");
        using IDisposable handler = Hub.SignalHandler(WindowChanged, () => throw error);
        Action wait = () => Greenlet.Sleep(TimeSpan.FromSeconds(30));
        RaiseWindowChange();
        wait.Should().Throw<FormatException>("gevent: an exception of a signal handler is raised in main").Which.Should().BeSameAs(error);
        printed.ToString().Should().Contain("Signal handler").And.Contain("failed with FormatException");
    });

    /// <summary>Waits in each write, as a greenlet does in one to a full pipe, until told to go on.</summary>
    private sealed class SlowWriter : StringWriter
    {
        private readonly object _oneAtATime = new(); // where nothing is patched the one that writes may run beside the test

        public bool IsWriting { get; private set; }

        public bool GoOn { get; set; }

        public override void Write(string? value)
        {
            IsWriting = true;
            while (!GoOn) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            lock (_oneAtATime) base.Write(value);
        }

        public override string ToString()
        {
            lock (_oneAtATime) return base.ToString();
        }

        public string[] Printed() =>
            [.. System.Text.RegularExpressions.Regex.Matches(ToString(), @"^System\.FormatException: (\w+)", System.Text.RegularExpressions.RegexOptions.Multiline).Select(match => match.Groups[1].Value)];
    }

    /// <summary>A hub that is over, after an error that a greenlet of it has printed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Ended(FiberKind kind)
    {
        var printed = new SlowWriter { GoOn = true };
        Hub hub = HubThread.Start(null, kind);
        hub.ExceptionStream = printed;
        hub.RunCallbackThreadSafe(() => throw new FormatException("queued"));
        while (!printed.IsWriting) Thread.Sleep(1);
        hub.Dispose();
        return new WeakReference(hub);
    }

    private static void Fail(Exception error) => throw error;

    private static void RaiseWindowChange()
    {
        const int WindowChange = 28;
        kill(Environment.ProcessId, WindowChange).Should().Be(0);
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
