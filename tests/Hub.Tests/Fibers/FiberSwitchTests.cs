using FluentAssertions;
using Xunit;
using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

/// <summary>Order, identity and state across switches; the same for each kind.</summary>
public class FiberSwitchTests
{
    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [ThreadStatic]
    private static object? t_mark;

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_ThreeGreenletsYield_RunsThemInTurn(FiberKind kind)
    {
        List<string> steps = [];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 3; i++)
            {
                string name = "abc"[i].ToString();
                c.Spawn(() =>
                {
                    for (int j = 0; j < 3; j++)
                    {
                        steps.Add(name + j);
                        TestCarrier.Yield();
                    }
                });
            }
        });
        steps.Should().Equal("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_BetweenGreenlets_KeepsTheIdentityOfEachThread(FiberKind kind)
    {
        List<string> wrong = [];
        HashSet<int> ids = [];
        AsyncLocal<int> local = new();
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 20; i++)
            {
                int k = i;
                TestGreenlet g = null!;
                g = c.Spawn(() =>
                {
                    object mark = new();
                    if (t_mark != null) wrong.Add("thread static not fresh");
                    t_mark = mark;
                    local.Value = k;
                    ids.Add(Environment.CurrentManagedThreadId);
                    for (int j = 0; j < 5; j++)
                    {
                        TestCarrier.Yield();
                        if (t_mark != mark) wrong.Add("thread static");
                        if (local.Value != k) wrong.Add("AsyncLocal");
                        if (Thread.CurrentThread != g.Thread) wrong.Add("CurrentThread");
                        if (Environment.CurrentManagedThreadId != g.Thread.ManagedThreadId) wrong.Add("managed thread id");
                    }
                });
            }
        });
        wrong.Should().BeEmpty();
        ids.Should().HaveCount(20);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_InsideTryCatchFinallyAndDeepFrames_UnwindsTheRightStack(FiberKind kind)
    {
        List<string> seen = [];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 10; i++)
            {
                int k = i;
                c.Spawn(() =>
                {
                    try
                    {
                        try
                        {
                            Descend(40, k);
                        }
                        finally
                        {
                            TestCarrier.Yield();
                        }
                    }
                    catch (InvalidOperationException e) when (Filter(e))
                    {
                        TestCarrier.Yield();
                        if (e.Message == $"bottom {k}" && e.StackTrace!.Contains(nameof(Descend), StringComparison.Ordinal)) seen.Add(e.Message);
                    }
                });
            }
        });
        seen.Should().HaveCount(10).And.OnlyHaveUniqueItems();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_HeldLocks_StayWithTheirGreenlet(FiberKind kind)
    {
        object monitor = new();
        Lock newLock = new();
        List<string> seen = [];
        TestCarrier.Run(kind, c =>
        {
            c.Spawn(() =>
            {
                lock (monitor)
                {
                    using (newLock.EnterScope())
                    {
                        TestCarrier.Yield();
                        seen.Add($"owner {Monitor.IsEntered(monitor)} {newLock.IsHeldByCurrentThread}");
                    }
                }
            });
            c.Spawn(() =>
            {
                seen.Add($"other {Monitor.IsEntered(monitor)} {newLock.IsHeldByCurrentThread} {Monitor.TryEnter(monitor)} {newLock.TryEnter()}");
                TestCarrier.Yield();
                seen.Add($"after {Monitor.TryEnter(monitor)} {newLock.TryEnter()}");
                Monitor.Exit(monitor);
                newLock.Exit();
            });
        });
        seen.Should().Equal("other False False False False", "owner True True", "after True True");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_FiberThatIsNotParked_ThrowsAndSwitchesNothing(FiberKind kind)
    {
        Fiber never = Fiber.Create(kind);
        string message = "";
        TestCarrier.Run(kind, c => c.Spawn(() =>
        {
            try
            {
                TestCarrier.Current!.Fiber.SwitchTo(never);
            }
            catch (InvalidOperationException e)
            {
                message = e.Message;
            }
        }));
        message.Should().Contain("Parked").And.Contain("New");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchTo_TwoCarriers_RunBesideEachOther(FiberKind kind)
    {
        int[] counts = new int[2];
        using Barrier together = new(2);
        ForeignThread[] threads = [.. Enumerable.Range(0, 2).Select(n => ForeignThread.Start(() => TestCarrier.Run(kind, c =>
        {
            together.SignalAndWait(30_000).Should().BeTrue();
            for (int i = 0; i < 10; i++)
            {
                c.Spawn(() =>
                {
                    for (int j = 0; j < 100; j++)
                    {
                        counts[n]++;
                        TestCarrier.Yield();
                    }
                });
            }
        })))];
        foreach (ForeignThread t in threads) t.FinishNatively();
        counts.Should().Equal(1000, 1000);
    }

    private static bool Filter(InvalidOperationException e)
    {
        TestCarrier.Yield();
        return e.Message.StartsWith("bottom", StringComparison.Ordinal);
    }

    private static int Descend(int depth, int k)
    {
        if (depth == 0)
        {
            TestCarrier.Yield();
            throw new InvalidOperationException($"bottom {k}");
        }

        Span<long> pad = stackalloc long[8];
        pad[0] = depth;
        return Descend(depth - 1, k) + (int)pad[0];
    }
}
