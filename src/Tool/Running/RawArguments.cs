using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Patchy.Tool.Running;

/// <summary>Arguments as the kernel has them: a file name need not be UTF-8, and would not survive being made a string.</summary>
internal static class RawArguments
{
    /// <summary>The last arguments of this process: as many as <paramref name="arguments"/> has, and <paramref name="before"/> more.</summary>
    public static IEnumerable<byte[]> Last(string[] arguments, int before)
    {
        List<byte[]> all = Read("/proc/self/cmdline");
        if (all.Count < arguments.Length + before) throw new ToolException(ExitCodes.NotRunnable, "/proc/self/cmdline does not hold the arguments of this process. Is /proc mounted?");
        return all.TakeLast(arguments.Length + before);
    }

    private static List<byte[]> Read(string path)
    {
        var words = new List<byte[]>();
        byte[] text = File.Exists(path) ? File.ReadAllBytes(path) : [];
        for (int start = 0, end; start < text.Length && (end = Array.IndexOf(text, (byte)0, start)) >= 0; start = end + 1) words.Add(text[start..end]);
        return words;
    }
}
