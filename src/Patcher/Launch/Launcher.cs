using System;
using System.Globalization;
using Patchy.Fibers;

namespace Patchy.Launch;

/// <summary>
/// Where Patchy.StartupHook enters, before Main. It does so by name: the hook must load on runtimes on which this assembly cannot, to say so.
/// The name and the signature of <see cref="Start"/> are a contract with hooks of other versions: an application may ship a Patchy of its own.
/// </summary>
internal static class Launcher
{
    private static bool s_started;

    /// <summary>Patches as the words say, on the thread that will run Main. Returns what is to be printed on standard error, or null.</summary>
    /// <exception cref="PatchException">Nothing was patched, for the reason that the message gives.</exception>
    public static string? Start(string words)
    {
        LaunchOptions options = LaunchOptions.Parse(words);

        // Twice when a program with PatchyAutoPatch is started by the tool: both read the same words.
        if (s_started || options.Off) return null;
        s_started = true;
        CheckFiberKind(options.FiberKind);
        PatchReport report = Patch.All(new PatchOptions { Groups = options.Groups, Strict = options.Strict, FiberKind = options.FiberKind });
        if (!options.Report) return null;
        return string.Create(CultureInfo.InvariantCulture, $"patchy {typeof(Launcher).Assembly.GetName().Version?.ToString(3)}: options \"{words}\"\n{report}");
    }

    /// <summary>Otherwise the first Thread.Start of the program would say so, in a place where nobody expects it.</summary>
    private static void CheckFiberKind(FiberKind kind)
    {
        try
        {
            if (kind == FiberKind.Auto) kind = FiberPlatform.FromEnvironment(Environment.GetEnvironmentVariable(FiberPlatform.EnvironmentName));
            if (kind != FiberKind.Auto) FiberPlatform.Resolve(kind);
        }
        catch (PlatformNotSupportedException e)
        {
            throw new PatchException($"{e.Message} Nothing was patched.", e);
        }
    }
}
