using FluentAssertions;

namespace Patchy.Docs.Tests.Blocks;

/// <summary>The tests of the pages are only worth what the reader of the pages finds.</summary>
public sealed class PageReaderTests
{
    [Fact]
    public void Read_BlockWithOutput_KeepsLineCodeAndOutput()
    {
        IReadOnlyList<CodeBlock> blocks = PageReader.Read("p.md", "# P\n\n```csharp\nint x = 1;\nConsole.WriteLine(x);\n```\n\n```text\n1\n```\n");
        blocks.Should().ContainSingle();
        blocks[0].ToString().Should().Be("p.md:4", "an editor opens the first statement");
        blocks[0].Code.Should().Be("int x = 1;\nConsole.WriteLine(x);");
        blocks[0].Runs.Should().BeTrue();
        blocks[0].Expected.Should().Equal("1");
    }

    [Fact]
    public void Read_TextAfterAParagraph_IsNoOutput() =>
        PageReader.Read("p.md", "```csharp\n;\n```\nand then\n```text\n1\n```").Single().Expected.Should().BeNull("a paragraph lies between them");

    [Fact]
    public void Read_NoRun_IsCompiledOnly() => PageReader.Read("p.md", "```csharp no-run\n;\n```").Single().Runs.Should().BeFalse();

    [Fact]
    public void Read_OtherBlocks_ArePassedOver() => PageReader.Read("p.md", "```\ndotnet run\n```\n```json\n{}\n```\n```text\nx\n```").Should().BeEmpty();

    [Theory]
    [InlineData("```cs\n;\n```", "is called 'cs'")]
    [InlineData("```C#\n;\n```", "is called 'C#'")]
    [InlineData("```csharp norun\n;\n```", "is called 'csharp norun'")]
    [InlineData("```csharp\n;\n", "never closed")]
    public void Read_BlockThatWouldBePassedOver_IsAnError(string page, string words) =>
        FluentActions.Invoking(() => PageReader.Read("p.md", page)).Should().Throw<FormatException>().WithMessage($"p.md:1*{words}*");

    [Theory]
    [InlineData("1 and 2", "1 and 2\n", true)]
    [InlineData("1 and ...", "1 and 245\n", true)]
    [InlineData("1 and ...", "2 and 245\n", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("one", "one\ntwo", false)]
    public void Difference_OfOneLine_KnowsEllipses(string expected, string output, bool fits) =>
        (ExpectedOutput.Difference([expected], output) is null).Should().Be(fits);
}
