using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Linq;
using Patchy.Tool.Doctor;
using Patchy.Tool.Listing;
using Patchy.Tool.Running;
using Patchy.Tool.Scanning;

namespace Patchy.Tool;

/// <summary>The command `patchy`.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        var root = new Command("patchy", "Makes blocking .NET programs cooperative without touching them.")
        {
            new HelpOption { Action = new UsageHelp() },
            new VersionOption(),
            RunCommand.Create(),
            DoctorCommand.Create(),
            ListCommand.Create(),
            ScanCommand.Create(),
            HookCommand.Create(),
            SelfTestCommand.Create(),
        };

        // An argument that begins with @ is not a file of arguments.
        var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        RunCommand.Split(args, root, out string[] own);
        ParseResult result = root.Parse(own, configuration);
        if (result.Errors.Count > 0) return Usage(root, result);
        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ToolException e)
        {
            Console.Error.WriteLine($"patchy: {e.Message}");
            return e.ExitCode == ExitCodes.Usage ? Usage(root, result) : e.ExitCode;
        }
    }

    private static int Usage(Command root, ParseResult result)
    {
        // An option that is none counts as the program, and then the program as one word too many: what is wrong is the first.
        ParseError[] own = [.. result.Errors.Where(static error => error.SymbolResult is ArgumentResult)];
        foreach (ParseError error in own.Length > 0 ? own : [.. result.Errors]) Console.Error.WriteLine($"patchy: {error.Message}");
        string[] help = result.CommandResult.Command == root ? ["--help"] : [result.CommandResult.Command.Name, "--help"];
        root.Parse(help).Invoke(new InvocationConfiguration { Output = Console.Error });
        return ExitCodes.Usage;
    }
}
