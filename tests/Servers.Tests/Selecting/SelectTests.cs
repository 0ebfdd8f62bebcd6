using System.Net.Sockets;
using FluentAssertions;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>gevent.select.select.</summary>
public sealed class SelectTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_NothingReady_LetsOthersRunForTheTimeAndGivesEmptyLists(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        using var progress = new Progress();
        progress.DuringOneOf(() =>
        {
            var (readable, writable, failed) = Descriptors.Select([read], null, [read], TimeSpan.FromMilliseconds(150));
            readable.Should().BeEmpty();
            writable.Should().BeEmpty();
            failed.Should().BeEmpty();
        }).Should().BeGreaterThan(Progress.Some);
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void N1_Select_ReadyAtOnceOrWithoutTime_GivesTheTurnAway(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        int turns = 0;
        Greenlet other = Greenlet.Spawn(() =>
        {
            while (true)
            {
                turns++;
                Greenlet.Yield();
            }
        });
        IReadOnlyList<Descriptor> ready = Descriptors.Select(null, [write], null).Write;
        int first = turns;
        IReadOnlyList<Descriptor> none = Descriptors.Select([read], null, null, TimeSpan.Zero).Read;
        int second = turns;
        other.Kill();
        ready.Should().Equal(write);
        none.Should().BeEmpty();
        first.Should().Be(1, "gevent's select sleeps once even when something is ready: a loop round it must not keep the hub");
        second.Should().Be(2, "gevent's select(..., timeout=0) as well");
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_SomethingComes_GivesWhatWasGivenInItsOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Ninety descriptors in three lists: more than poll(2) is asked about at once.
        (int Read, int Write)[] pipes = [.. Enumerable.Range(0, 90).Select(_ => Kernel.Pipe())];
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () =>
        {
            Kernel.Write(pipes[77].Write);
            Kernel.Write(pipes[5].Write);
        });
        Descriptor[] all = [.. pipes.Select(pipe => (Descriptor)pipe.Read)];
        var (readable, writable, failed) = Descriptors.Select(all, all, all, s_long);
        readable.Should().Equal(pipes[5].Read, pipes[77].Read);
        writable.Should().BeEmpty("the read end of a pipe is never writable");
        failed.Should().BeEmpty();
        foreach ((int read, int write) in pipes)
        {
            Kernel.Watches(Hub.Current, read).Should().BeFalse("nothing stays registered");
            Kernel.Close(read, write);
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_ASocketInSeveralListsAndTwiceInOne_IsFoundInEach(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Pair.Connected();
        Kernel.Write((int)far.Handle);
        var (readable, writable, failed) = Descriptors.Select([near, near], [near], [near], s_long);
        readable.Should().HaveCount(2);
        readable[0].Socket.Should().BeSameAs(near, "gevent gives back the object that it got");
        writable.Should().Equal(near);
        failed.Should().BeEmpty();

        Kernel.Read((int)near.Handle);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Write((int)far.Handle));
        Descriptors.Select([near, near], null, [near], s_long).Read.Should().HaveCount(2, "also after a wait");
        near.Dispose();
        far.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_OutOfBandData_IsFoundInTheThirdList(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Pair.Connected();
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => far.Send([1], SocketFlags.OutOfBand));
        var (readable, _, failed) = Descriptors.Select([near], null, [near], s_long);
        readable.Should().BeEmpty();
        failed.Should().Equal([near], "select(2) finds it; gevent's does not look");
        near.Dispose();
        far.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_TheOtherEndHasGone_IsReady(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Close(write));
        Descriptors.Select([read], null, null, s_long).Read.Should().Equal([read], "a hang-up is an end to be read");
        Kernel.Close(read);

        (read, write) = Kernel.Pipe();
        Kernel.Fill(write);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Close(read));
        var (_, writable, failed) = Descriptors.Select(null, [write], [write], s_long);
        writable.Should().Equal([write], "a write would fail at once");
        failed.Should().Equal(write);
        Kernel.Close(write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_ARegularFile_IsAlwaysReadyButNotInTheThirdList(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using FileStream file = File.OpenRead(typeof(SelectTests).Assembly.Location);
        var (readable, writable, failed) = Descriptors.Select([file.SafeFileHandle], [file.SafeFileHandle], [file.SafeFileHandle]);
        readable.Should().Equal([file.SafeFileHandle], "epoll refuses it (EPERM); gevent takes it for ready");
        writable.Should().HaveCount(1);
        failed.Should().BeEmpty();

        using var progress = new Progress();
        progress.DuringOneOf(() => Descriptors.Select(null, null, [file.SafeFileHandle], TimeSpan.FromMilliseconds(100)).Error.Should().BeEmpty()).Should().BeGreaterThan(Progress.Some);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_WithoutDescriptors_Sleeps(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var progress = new Progress();
        progress.DuringOneOf(() => Descriptors.Select(null, [], null, TimeSpan.FromMilliseconds(100))).Should().BeGreaterThan(Progress.Some, "as in gevent's guide: select.select([], [], [], 2)");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_WhatIsNotOpen_IsAnErrorAtOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        int closed = Kernel.ClosedNumber();
        FluentActions.Invoking(() => Descriptors.Select([closed], [write], null)).Should().Throw<IOException>("gevent: OSError(EBADF), even when another is ready").Which.HResult.Should().Be(Kernel.Ebadf);
        FluentActions.Invoking(() => Descriptors.Select(null, null, [closed])).Should().Throw<IOException>();
        (Socket near, Socket far) = Pair.Connected();
        Descriptor gone = near;
        near.Dispose();
        far.Dispose();
        FluentActions.Invoking(() => Descriptors.Select([gone, read], null, null)).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => Descriptors.Select([read], null, null, TimeSpan.FromMilliseconds(-5))).Should().Throw<ArgumentOutOfRangeException>("gevent 1.2: ValueError");
        Kernel.Close(read, write);
    });

    [Fact]
    public Task Select_OnANativeThread_BlocksItAndMakesNoHub() => Task.Run(() =>
    {
        (int read, int write) = Kernel.Pipe();
        Descriptors.Select([read], null, null, TimeSpan.FromMilliseconds(30)).Read.Should().BeEmpty();
        Descriptors.Select([read], [write], null).Write.Should().Equal(write);
        _ = Task.Delay(30).ContinueWith(_ => Kernel.Write(write), TaskScheduler.Default);
        Descriptors.Select([read], null, [read]).Read.Should().Equal(read);
        Hub.CurrentOrNull.Should().BeNull();
        FluentActions.Invoking(() => Descriptors.Select([Kernel.ClosedNumber()], null, null)).Should().Throw<IOException>();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void S7_Select_InACallbackOfTheHub_MayLookButNotWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        Exception? error = null;
        int ready = 0;
        Hub.Current.RunCallback(() =>
        {
            try
            {
                ready += Descriptors.Select(null, [write], null).Write.Count;
                ready += Descriptors.Select([read], null, null, TimeSpan.Zero).Read.Count;
                Descriptors.Select([read], null, null);
            }
            catch (Exception exception)
            {
                error = exception;
            }
        });
        Greenlet.Yield();
        ready.Should().Be(1);
        error.Should().BeOfType<BlockingSwitchOutException>();
        Kernel.Close(read, write);
    });
}
