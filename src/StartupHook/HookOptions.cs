using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace Patchy.Hooking;

/// <summary>The words that say how to patch, and whom they are for: this process alone, unless they say otherwise.</summary>
internal static class HookOptions
{
    private const string Hooks = "DOTNET_STARTUP_HOOKS";
    private const string Options = "PATCHY_OPTIONS";

    /// <summary>The property that PatchyOptions becomes in the runtimeconfig.json.</summary>
    private const string Property = "Patchy.Options";

    private static readonly char[] s_separators = [' ', ',', ';', '\t', '\n'];

    private static string? s_words;

    /// <summary>
    /// The words of the environment, or else of the program. Every .NET process that this one starts would inherit the hook: it is taken out of the environment.
    /// The runtime calls the hook twice when both the environment and the program name it; the variable is gone the second time, and the first answer holds.
    /// </summary>
    public static string Take() => s_words ??= Read();

    private static string Read()
    {
        string words = Environment.GetEnvironmentVariable(Options) ?? AppDomain.CurrentDomain.GetData(Property) as string ?? "";
        string[] hooks = (Environment.GetEnvironmentVariable(Hooks) ?? "").Split(Path.PathSeparator);
        string[] others = Array.FindAll(hooks, static hook => !IsThisOne(hook));

        // Where the hook came with the program there is nothing to take out, and the variable belongs to whoever set it.
        if (others.Length == hooks.Length || Has(words, "children")) return words;
        Set(Hooks, others.Length == 0 ? null : string.Join(Path.PathSeparator.ToString(), others));
        Set(Options, null);
        return words;
    }

    public static bool Has(string words, string word) => ((ICollection<string>)words.Split(s_separators)).Contains(word);

    private static bool IsThisOne(string hook) => Path.GetFileName(hook) is "Patchy.StartupHook.dll" or "Patchy.StartupHook";

    /// <summary>In the runtime's copy of the environment, which Process passes on, and in the one of the C library, which native code passes on.</summary>
    private static void Set(string name, string? value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux)) return;
        _ = value is null ? unsetenv(name) : setenv(name, value, 1);
    }

    [DllImport("libc")]
    private static extern int setenv(string name, string value, int overwrite);

    [DllImport("libc")]
    private static extern int unsetenv(string name);
}
