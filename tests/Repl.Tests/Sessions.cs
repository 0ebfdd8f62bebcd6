namespace Patchy.Repl.Tests;

/// <summary>Sessions with tests/Repl.Host.</summary>
internal static class Sessions
{
    /// <summary>Cells are written as in the document: "> " and ". ".</summary>
    public static Child Run(string cells, string threads, string fiber = "user") =>
        Child.Run(Places.Application, cells, new Dictionary<string, string> { ["PATCHY_FIBER"] = fiber }, Places.Host, Places.Application, threads);

    /// <summary>What was printed after each cell, without the prompts.</summary>
    public static IReadOnlyList<string> Printed(Child session) =>
        [.. session.Output.Split('\n').Where(static line => line.Length > 0 && !IsInput(line))];

    public static bool IsInput(string line) => line.StartsWith("> ", StringComparison.Ordinal) || line.StartsWith(". ", StringComparison.Ordinal);
}
