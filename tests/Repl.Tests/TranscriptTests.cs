using System.Text.RegularExpressions;
using FluentAssertions;

namespace Patchy.Repl.Tests;

/// <summary>The session of docs/repl.md is what the scripting engine says.</summary>
public sealed class TranscriptTests
{
    [Theory]
    [InlineData("main", "user")]
    [InlineData("main", "kernel")]
    [InlineData("pool", "user")]
    [InlineData("pool", "kernel")]
    public void Transcript_Replayed_IsAsWritten(string threads, string fiber)
    {
        string written = Transcript();

        Child session = Sessions.Run(written, threads, fiber);

        session.ExitCode.Should().Be(0, session.ToString());
        session.Error.Should().Contain("Thread.Sleep(int) ...) had run before being patched", "a warning sums up what was missed").And.Contain("1 thread was there before, and stays native");
        string[] expected = written.TrimEnd('\n').Split('\n'), actual = session.Output.TrimEnd('\n').Split('\n');
        for (int i = 0; i < Math.Min(expected.Length, actual.Length); i++)
            Matches(expected[i], actual[i]).Should().BeTrue("line {0} of the session is to be\n{1}\nbut was\n{2}\nin\n{3}", i + 1, expected[i], actual[i], session);
        actual.Should().HaveSameCount(expected, session.ToString());
    }

    /// <summary>"..." stands for anything in what is printed; what is typed is compared as it is.</summary>
    private static bool Matches(string expected, string actual) =>
        Sessions.IsInput(expected) ? expected == actual : Regex.IsMatch(actual, "^" + string.Join(".*", expected.Split("...").Select(Regex.Escape)) + "$");

    private static string Transcript()
    {
        Match block = Regex.Match(File.ReadAllText(Places.Document), @"^```repl\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);
        block.Success.Should().BeTrue("the document shows a session in a block that is called repl");
        return block.Groups[1].Value;
    }
}
