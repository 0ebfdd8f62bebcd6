using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Patchy.Launch;

namespace Patchy.Tool.Running;

/// <summary>`patchy run [options] app [arguments]`: this process becomes the program, with the startup hook in its environment.</summary>
internal static class RunCommand
{
    private const string Name = "run";

    private static readonly Option<string> s_only = new("--only") { HelpName = "groups", Description = "Patch only these groups, as a list with commas; all stands for all that are on by default." };
    private static readonly Option<string> s_fiber = new Option<string>("--fiber") { HelpName = "auto|user|kernel", Description = "How the stacks of green threads are kept. Auto by default." }.AcceptOnlyFromAmong("auto", "user", "kernel");
    private static readonly Argument<string> s_app = new("app") { Description = "A framework-dependent app.dll, or an executable that the .NET SDK made." };
    private static readonly Option<bool>[] s_flags =
    [
        Flag("--strict", "A method that had run before it was patched is an error: the program is not started."),
        Flag("--report", "Print on standard error what was patched."),
        Flag("--children", "Patch also the .NET programs that this one starts."),
        Flag("--continue", "When patching is refused, run the program as it is, instead of not at all."),
        .. LaunchOptions.GroupWords().Prepend("all").Select(static word => Flag($"--{word}", "", hidden: true)),
        .. LaunchOptions.GroupWords().Select(static word => Flag($"--no-{word}", "", hidden: true)),
    ];

    private static string[] s_arguments = [];
    private static bool s_optionsAreOver;

    public static Command Create()
    {
        var command = new Command(Name,
            $"Runs a program that does not know of Patchy, patched before its Main. Options end at the program: all that follows is passed on to it.\n" +
            $"--GROUP patches only the groups named so, --no-GROUP leaves one out. The groups: {string.Join(", ", LaunchOptions.GroupWords())}.");
        foreach (Option<bool> flag in s_flags) command.Options.Add(flag);
        command.Options.Add(s_only);
        command.Options.Add(s_fiber);
        s_app.Validators.Add(static result =>
        {
            if (!s_optionsAreOver && result.Tokens is [{ Value: ['-', ..] word }, ..]) result.AddError($"There is no option {word}.");
        });
        command.Arguments.Add(s_app);
        command.SetAction(Run);
        return command;
    }

    /// <summary>What is ours of the command line; what follows the program is its own business and is not parsed.</summary>
    public static void Split(string[] args, Command root, out string[] own)
    {
        own = args;
        if (args.Length == 0 || args[0] != Name) return;
        Command run = root.Subcommands.First(static command => command.Name == Name);
        int at = 1;
        while (at < args.Length && args[at].StartsWith('-') && args[at] != "--")
        {
            bool takesNext = run.Options.Any(option => option.Name == args[at] && option.Arity.MinimumNumberOfValues > 0);
            at += takesNext ? 2 : 1;
        }
        s_optionsAreOver = at < args.Length && args[at] == "--";
        if (s_optionsAreOver) at++;
        if (at >= args.Length) return;
        own = args[..(at + 1)];
        s_arguments = args[(at + 1)..];
    }

    private static int Run(ParseResult result)
    {
        string words = Words(result);
        bool children = words.Split(' ').Contains("children");
        Launch launch = LaunchTarget.Find(result.GetValue(s_app)!, s_arguments, children);
        string hook = HookCommand.Checked();
        string? others = Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS");
        var variables = new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = string.IsNullOrEmpty(others) ? hook : $"{hook}:{others}" };
        if (words.Length > 0) variables["PATCHY_OPTIONS"] = words; // none: those of the environment stay
        throw ProcessImage.Replace(launch, s_arguments, variables);
    }

    /// <summary>The options as words of PATCHY_OPTIONS.</summary>
    private static string Words(ParseResult result)
    {
        List<string> words = [.. s_flags.Where(flag => result.GetValue(flag)).Select(static flag => flag.Name[2..])];
        if (result.GetValue(s_fiber) is { } fiber) words.Add($"fiber={fiber}");
        if (result.GetValue(s_only) is { } only)
        {
            string[] groups = only.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            string? unknown = groups.FirstOrDefault(static word => word != "all" && !LaunchOptions.GroupWords().Contains(word));
            if (unknown is not null || groups.Length == 0) throw new ToolException(ExitCodes.Usage, $"--only: unknown group \"{unknown}\".");
            words.AddRange(groups);
        }
        string text = string.Join(' ', words);
        try
        {
            LaunchOptions.Parse(text);
        }
        catch (PatchException e)
        {
            throw new ToolException(ExitCodes.Usage, e.Message);
        }
        return text;
    }

    private static Option<bool> Flag(string name, string description, bool hidden = false) => new(name) { Description = description, Hidden = hidden, Arity = ArgumentArity.Zero };
}
