using FluentAssertions;

namespace Patchy.Repl.Tests;

/// <summary>The .NET tool csharprepl, fed through its standard input: it runs each line on a thread of the pool.</summary>
public sealed class CSharpReplTests
{
    [Fact]
    public void Session_WithUnknowingLibrary_IsConcurrentAndBackAfterUndo()
    {
        using var library = new UnknowingLibrary();
        string[] references = [.. Places.Library.Append(library.Path).SelectMany(static path => new[] { "-r", path })];

        Child session = Child.Run(Places.Application, """
            using Patchy;
            Console.WriteLine("before: " + (Unknowing.Work(200) > 200));
            var report = Patch.All();
            Console.WriteLine("late: " + (report.Count(PatchOutcome.Late) > 0) + ", threads before: " + (report.Threads.Count > 0));
            Console.WriteLine("patched: " + (Unknowing.Work(200) < 100));
            var greenlet = Greenlet.Spawn(() => { System.Threading.Thread.Sleep(50); return 42; });
            await System.Threading.Tasks.Task.Delay(10); Console.WriteLine("greenlet: " + greenlet.Get());
            Console.WriteLine("patched: " + (Unknowing.Work(200) < 100));
            Console.WriteLine("undone: " + Patch.UndoAll().Rows.All(row => row.Outcome == PatchOutcome.Undone));
            Console.WriteLine("after: " + (Unknowing.Work(200) > 200));
            """, new Dictionary<string, string> { ["NO_COLOR"] = "1" }, [Places.CSharpRepl, .. references, "--streamPipedInput"]);

        session.Lines.Where(static line => line.Contains(": ", StringComparison.Ordinal) && !line.Contains("arning", StringComparison.Ordinal)).Should()
            .ContainInOrder("before: True", "late: True, threads before: True", "patched: True", "greenlet: 42", "patched: True", "undone: True", "after: True")
            .And.NotContain(static line => line.EndsWith("False", StringComparison.Ordinal), session.ToString());
        session.ExitCode.Should().Be(0, session.ToString());
    }
}
