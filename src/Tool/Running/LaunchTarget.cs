using System;
using System.IO;

namespace Patchy.Tool.Running;

/// <summary>
/// What `patchy run NAME` means. A program in which the startup hook would not run is refused: the runtime would say nothing, and the user
/// would believe it to be patched.
/// </summary>
internal static class LaunchTarget
{
    /// <param name="app">As on the command line.</param>
    /// <param name="arguments">What follows it: whether `dotnet` becomes the program is up to that.</param>
    /// <param name="anything">True: any program will do, because the .NET programs that it starts are meant too.</param>
    /// <exception cref="ToolException">There is no such program, or it cannot be patched.</exception>
    public static Launch Find(string app, string[] arguments, bool anything)
    {
        bool library = Path.GetExtension(app).Equals(".dll", StringComparison.OrdinalIgnoreCase);
        string path = File.Exists(app) ? Path.GetFullPath(app) : (library ? null : SearchPath.Find(app)) ?? throw NotThere(app);
        if (library) return Library(app, path);
        if (!SearchPath.IsExecutable(path)) throw new ToolException(ExitCodes.NotRunnable, $"{app} is not executable.{Hint(path)}");
        if (Path.GetFileName(path) == "dotnet")
        {
            if (!anything) DotnetArguments.Check(app, arguments);
            return new Launch(path, app, PassesApp: false);
        }
        if (!anything && !AppHost.IsOne(path)) throw new ToolException(ExitCodes.NotRunnable,
            $"{app} is not a program that the .NET runtime (CoreCLR) runs: it is neither a .dll nor an executable of the .NET SDK, or it was compiled with Native AOT, which has no methods to redirect. " +
            "For a script or a launcher that starts .NET programs, use --children.");
        CheckSettings(app, RuntimeSettings.Beside(path));
        if (AppHost.TurnsHooksOff(path)) throw HooksOff(app);
        return new Launch(path, app, PassesApp: false);
    }

    private static Launch Library(string app, string path)
    {
        RuntimeSettings? settings = RuntimeSettings.Beside(path);
        if (settings is null) throw new ToolException(ExitCodes.NotRunnable,
            $"{app} has no {Path.GetFileNameWithoutExtension(path)}.runtimeconfig.json beside it: it is a library, or its project was not built as a program.");
        CheckSettings(app, settings);
        string dotnet = SearchPath.Dotnet() ?? throw new ToolException(ExitCodes.NotFound, "there is no dotnet in PATH, and DOTNET_ROOT does not name one. Install the .NET runtime.");
        return new Launch(dotnet, "dotnet", PassesApp: true);
    }

    private static void CheckSettings(string app, RuntimeSettings? settings)
    {
        if (settings is { StartupHooks: false }) throw HooksOff(app);
    }

    private static ToolException HooksOff(string app) => new(ExitCodes.NotRunnable,
        $"{app} was built with startup hooks turned off (StartupHookSupport=false, which PublishTrimmed and PublishAot imply). Build it without these, or call Patch.All() in its Main.");

    private static ToolException NotThere(string app)
    {
        string dll = app + ".dll";
        string hint = File.Exists(dll) ? $" Did you mean {dll}?" : Directory.Exists(app) ? " It is a folder: name the program in it." : "";
        return new ToolException(ExitCodes.NotFound, $"there is no program {app}.{hint}");
    }

    private static string Hint(string path) => Path.GetExtension(path) is ".csproj" or ".fsproj" or ".vbproj" or ".cs" ? " Build it first, and run what was built." : "";
}
