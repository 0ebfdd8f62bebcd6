using System;
using System.CommandLine;
using System.IO;

namespace Patchy.Tool;

/// <summary>`patchy hook`: where the startup hook is, for DOTNET_STARTUP_HOOKS.</summary>
internal static class HookCommand
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Patchy.StartupHook.dll");

    public static Command Create()
    {
        var command = new Command("hook", "Prints the path of the startup hook: export DOTNET_STARTUP_HOOKS=$(patchy hook)");
        command.SetAction(_ => Console.Out.WriteLine(Checked()));
        return command;
    }

    /// <exception cref="ToolException">It is not there, or its path cannot stand in a list.</exception>
    public static string Checked()
    {
        if (!File.Exists(Path)) throw new ToolException(ExitCodes.NotPatched, $"{Path} is missing: the tool was not installed as a whole. Install Patchy.Tool again.");
        if (Path.Contains(':', StringComparison.Ordinal))
            throw new ToolException(ExitCodes.NotPatched, $"the path {Path} has a colon, which separates the entries of DOTNET_STARTUP_HOOKS. Install the tool into another folder.");
        return Path;
    }
}
