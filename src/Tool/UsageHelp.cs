using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;

namespace Patchy.Tool;

/// <summary>The library's help, but for one line: it cannot know that what follows the program belongs to the program.</summary>
internal sealed class UsageHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _inner = new();

    /// <summary>Who asks for help has not forgotten an argument.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        using var text = new StringWriter();
        TextWriter output = parseResult.InvocationConfiguration.Output;
        parseResult.InvocationConfiguration.Output = text;
        int exitCode = _inner.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(text.ToString().TrimEnd().Replace("run <app> [options]", "run [options] <app> [arguments]", StringComparison.Ordinal) + "\n");
        return exitCode;
    }
}
