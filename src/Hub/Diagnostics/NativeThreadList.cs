using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Patchy.Diagnostics;

/// <summary>The kernel threads of this process, as the kernel tells: what the runtime calls them (cut to 15 characters) and whether they run.</summary>
internal static class NativeThreadList
{
    /// <summary>May be called from any thread. Empty where there is no /proc.</summary>
    public static IReadOnlyList<string> Read()
    {
        var lines = new List<string>();
        try
        {
            foreach (string folder in Directory.GetDirectories("/proc/self/task")) lines.Add(Describe(folder));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return lines;
        }
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string Describe(string folder)
    {
        int id = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
        string head = string.Create(CultureInfo.InvariantCulture, $"{id,7}");
        foreach (Hub hub in HubRegistry.All)
            if (hub.CarrierTid == id) return $"{head} carrier of {hub}: {State(folder)}";
        return $"{head} {Name(folder)}: {State(folder)}";
    }

    private static string Name(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (IOException)
        {
            return "(has ended)";
        }
    }

    /// <summary>The third field of "stat"; the second, the name, is in parentheses and may hold anything.</summary>
    private static string State(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[text.LastIndexOf(')') + 2] switch
            {
                'R' => "runs",
                'S' => "sleeps",
                'D' => "sleeps in the kernel, cannot be interrupted",
                'T' or 't' => "is stopped",
                char other => $"is in state {other}",
            };
        }
        catch (IOException)
        {
            return "has ended";
        }
    }
}
