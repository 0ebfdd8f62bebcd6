namespace Patchy.Docs.Tests.Blocks;

/// <summary>A ```csharp block of a page.</summary>
/// <param name="Page">The page, relative to the root of the repository.</param>
/// <param name="Line">The line of its first statement, from 1.</param>
/// <param name="Code">The text between the fences.</param>
/// <param name="Runs">False for <c>csharp no-run</c>: it is compiled only.</param>
/// <param name="Expected">The lines of the ```text block right after it, or null.</param>
internal sealed record CodeBlock(string Page, int Line, string Code, bool Runs, IReadOnlyList<string>? Expected)
{
    /// <summary>As an editor takes it: page:line.</summary>
    public override string ToString() => $"{Page}:{Line}";
}
