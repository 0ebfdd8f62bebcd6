using FluentAssertions;

namespace Patchy.Docs.Tests.Blocks;

/// <summary>Every ```csharp block of README and docs is a program that compiles, runs, ends and prints what the page says.</summary>
public sealed class CodeBlockTests
{
    private static readonly Dictionary<string, CodeBlock> s_blocks =
        Repository.Pages.SelectMany(static page => PageReader.Read(page, File.ReadAllText(Repository.PathOf(page)))).ToDictionary(static block => block.ToString());

    private static readonly Dictionary<string, string> s_compiled = [];

    public static TheoryData<string> Compiled() => [.. s_blocks.Keys];

    public static TheoryData<string, FiberKind> Run()
    {
        var data = new TheoryData<string, FiberKind>();
        foreach (CodeBlock block in s_blocks.Values)
            if (block.Runs)
                foreach (FiberKind kind in new[] { FiberKind.User, FiberKind.Kernel }) data.Add(block.ToString(), kind);
        return data;
    }

    [Theory]
    [MemberData(nameof(Compiled))]
    public void Block_OfAPage_Compiles(string block) => Compile(s_blocks[block]);

    [Theory]
    [MemberData(nameof(Run))]
    public void Block_OfAPage_RunsAndPrintsWhatThePageSays(string block, FiberKind kind)
    {
        CodeBlock code = s_blocks[block];
        BlockRun run = BlockRun.Of(Compile(code), kind);

        // On a busy machine the monitor may relieve the main greenlet while its code is being compiled, and the others run beside it: the order of lines is another then. A page that is wrong is so each time.
        for (int attempt = 1; attempt < 3 && run is { TimedOut: false, ExitCode: 0 } && code.Expected is { } lines && ExpectedOutput.Difference(lines, run.Output) is not null; attempt++)
            run = BlockRun.Of(Compile(code), kind);
        run.TimedOut.Should().BeFalse("{0} must end by itself on {1} fibers: {2}", block, kind, run);
        run.ExitCode.Should().Be(0, "{0} must succeed on {1} fibers: {2}", block, kind, run);
        if (code.Expected is { } expected)
            ExpectedOutput.Difference(expected, run.Output).Should().BeNull("{0} must print on {1} fibers what the page says: {2}", block, kind, run);
    }

    private static string Compile(CodeBlock block)
    {
        if (s_compiled.TryGetValue(block.ToString(), out string? known)) return known;
        (string? path, IReadOnlyList<string> complaints) = BlockCompiler.Compile(block, BlockRun.Folder);
        complaints.Should().BeEmpty("{0} must compile without a warning in a project with ImplicitUsings", block);
        return s_compiled[block.ToString()] = path!;
    }
}
