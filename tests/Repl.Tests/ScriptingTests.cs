using FluentAssertions;

namespace Patchy.Repl.Tests;

/// <summary>Cells of the scripting engine.</summary>
public sealed class ScriptingTests
{
    [Theory]
    [InlineData("main")]
    [InlineData("pool")]
    public void Cells_OfUnknowingLibrary_AreConcurrentOnFewThreads(string threads)
    {
        using var library = new UnknowingLibrary();

        Child session = Sessions.Run($"""
            > #r "Patchy.dll"
            > #r "{library.Path}"
            > Unknowing.Work(200) > 200
            > _ = Patchy.Patch.All();
            > Unknowing.Work(200) < 100
            > Patchy.Patch.UndoAll().Groups
            > Unknowing.Work(200) > 200
            """, threads);

        Sessions.Printed(session).Where(static line => !line.StartsWith("Patchy: warning", StringComparison.Ordinal)).Should()
            .Equal(["True", "True", "None", "True"], "a kernel thread for each before and after, a handful while it is patched: {0}", session);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("kernel")]
    public void Greenlets_OfOneCell_RunWhileAnotherOneWaitsOnAnotherThread(string fiber)
    {
        Child session = Sessions.Run("""
            > #r "Patchy.dll"
            > using Patchy;
            > _ = Patch.All(o => o.Dns = false);
            > int turns = 0, spawner = Environment.CurrentManagedThreadId;
            . var greenlet = Greenlet.Spawn(() => { while (true) { Thread.Sleep(10); turns++; } });
            > int before = turns;
            . Thread.Sleep(2000);
            . (turns - before > 20, Environment.CurrentManagedThreadId != spawner)
            > greenlet.Kill();
            . greenlet.Dead
            """, "pool", fiber);

        Sessions.Printed(session).Where(static line => !line.StartsWith("Patchy: warning", StringComparison.Ordinal)).Should()
            .Equal(["(True, True)", "True"], "the thread of the first cell is back in its pool, and its hub goes on: {0}", session);
    }

    [Fact]
    public void Strict_InACell_SaysWhatWasMissedAndPatchesNothing()
    {
        Child session = Sessions.Run("""
            > #r "Patchy.dll"
            > using Patchy;
            > Thread.Sleep(1);
            > Patch.All(o => o.Strict = true)
            > Patch.IsPatched(PatchGroups.Time)
            > Thread thread = null;
            . bool green = true;
            . thread = new Thread(() => green = Greenlet.Current is not null);
            . thread.Start();
            . thread.Join();
            . green
            """, "main");

        IReadOnlyList<string> printed = Sessions.Printed(session);
        printed[0].Should().StartWith("PatchException: System.Threading.Thread.Sleep(System.Int32): it had run before it was patched").And.EndWith("PatchOptions.Strict does not allow that. Nothing was patched.");
        printed.Skip(1).Should().Equal(["False", "False"], session.ToString());
    }
}
