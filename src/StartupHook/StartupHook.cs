using System;
using System.Reflection;
using Patchy.Hooking;

/// <summary>
/// The runtime looks for a class of this name without a namespace and calls Initialize on the main thread before Main, when
/// DOTNET_STARTUP_HOOKS or the property STARTUP_HOOKS of the runtimeconfig.json names this assembly.
/// </summary>
#pragma warning disable CA1050 // The runtime wants it without a namespace.
internal static class StartupHook
#pragma warning restore CA1050
{
    /// <summary>As env, timeout and nohup do: the program was not started because of what was to be done before.</summary>
    private const int NotPatched = 125;

    public static void Initialize()
    {
        string words = HookOptions.Take();
        if (HookOptions.Has(words, "off")) return;
        try
        {
            if (Environment.Version.Major < 10)
                throw new NotSupportedException($"This program runs on .NET {Environment.Version}, and Patchy needs .NET 10 (CoreCLR, linux-x64). Nothing was patched.");
            if (Start()(words) is { } text) Console.Error.Write(text);
        }
        catch (Exception e)
        {
            bool goOn = HookOptions.Has(words, "continue");
            string end = goOn ? "The program goes on as it is (option continue)." : "The program was not started; the option continue would have it run as it is.";
            Console.Error.Write($"patchy: {Reason(e)} {end}\n");
            if (!goOn) Environment.Exit(NotPatched);
        }
    }

    private static Func<string, string?> Start()
    {
        Assembly patchy = OwnAssemblies.Load();
        MethodInfo? start = patchy.GetType("Patchy.Launch.Launcher")?.GetMethod("Start", [typeof(string)]);
        if (start?.ReturnType != typeof(string))
            throw new NotSupportedException($"The program brings a Patchy of its own ({patchy.FullName}), which this startup hook does not know how to start. Update the program's package. Nothing was patched.");
        return (Func<string, string?>)start.CreateDelegate(typeof(Func<string, string?>));
    }

    /// <summary>Patchy's own refusals are sentences for the user; of anything else the type is worth knowing.</summary>
    private static string Reason(Exception e) => e is NotSupportedException || e.GetType().FullName == "Patchy.PatchException" ? e.Message : e.ToString();
}
