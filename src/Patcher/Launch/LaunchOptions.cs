using System;
using System.Collections.Generic;

namespace Patchy.Launch;

/// <summary>
/// How a program that does not know of Patchy is patched, written in words: "socket time strict fiber=kernel". The words are those of the
/// command line of `patchy run`, of PATCHY_OPTIONS and of the MSBuild property PatchyOptions; docs/tool.md lists them.
/// </summary>
internal sealed class LaunchOptions
{
    public const string Words = "all, GROUP, no-GROUP, strict, fiber=auto|user|kernel, report, children, continue, off";

    private static readonly char[] s_separators = [' ', ',', ';', '\t', '\n'];

    private PatchGroups _only;
    private PatchGroups _without;

    /// <summary>
    /// As gevent's command line: naming groups means these alone, no-GROUP takes one away. The groups that the rest requires are patched all
    /// the same.
    /// </summary>
    public PatchGroups Groups => (_only == PatchGroups.None ? PatchGroups.All : _only) & ~_without;

    public bool Strict { get; private set; }
    public FiberKind FiberKind { get; private set; }

    /// <summary>Print the report to standard error.</summary>
    public bool Report { get; private set; }

    /// <summary>Processes that the program starts are patched too.</summary>
    public bool Children { get; private set; }

    /// <summary>When patching is refused the program runs as it is, instead of not at all.</summary>
    public bool Continue { get; private set; }

    /// <summary>Nothing is patched.</summary>
    public bool Off { get; private set; }

    /// <exception cref="PatchException">A word is not known, or they contradict each other.</exception>
    public static LaunchOptions Parse(string text)
    {
        var options = new LaunchOptions();
        foreach (string word in text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            string? problem = options.Add(word);
            if (problem is not null) throw new PatchException($"{problem} Nothing was patched.");
        }
        if (options.Groups == PatchGroups.None) throw new PatchException($"The options \"{text}\" leave no group to patch. Use the word off to patch nothing. Nothing was patched.");
        return options;
    }

    /// <summary>Takes a word in; returns a sentence that says what is wrong with it, or null.</summary>
    private string? Add(string word)
    {
        switch (word)
        {
            case "all": _only |= PatchGroups.All; return null;
            case "strict": Strict = true; return null;
            case "report": Report = true; return null;
            case "children": Children = true; return null;
            case "continue": Continue = true; return null;
            case "off": Off = true; return null;
            case "fiber=auto": FiberKind = FiberKind.Auto; return null;
            case "fiber=user": FiberKind = FiberKind.User; return null;
            case "fiber=kernel": FiberKind = FiberKind.Kernel; return null;
        }
        bool without = word.StartsWith("no-", StringComparison.Ordinal);
        PatchGroups group = Group(without ? word.AsSpan(3) : word);
        if (group == PatchGroups.None) return $"Unknown option \"{word}\"; the options are {Words}; the groups are {string.Join(", ", GroupWords())}.";
        if (without) _without |= group;
        else _only |= group;
        return null;
    }

    /// <summary>The names of the groups as words.</summary>
    public static IEnumerable<string> GroupWords()
    {
        for (uint bit = 1; ((uint)PatchGroups.Everything & bit) != 0; bit <<= 1) yield return Word((PatchGroups)bit);
    }

    private static PatchGroups Group(ReadOnlySpan<char> word)
    {
        for (uint bit = 1; ((uint)PatchGroups.Everything & bit) != 0; bit <<= 1)
        {
            if (word.SequenceEqual(Word((PatchGroups)bit))) return (PatchGroups)bit;
        }
        return PatchGroups.None;
    }

    private static string Word(PatchGroups group) => group.ToString().ToLowerInvariant();
}
