using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Patchy.Fibers;

namespace Patchy.Session;

/// <summary>The kernel threads that are there when patching begins. The runtime does not list its managed threads; the kernel lists them all, with the call that each is in. Not read with File: what is about to be patched must not have run.</summary>
internal static class ThreadsBefore
{
    private const string Folder = "/proc/self/task";

    /// <summary>All but the calling one. Empty where the kernel does not tell.</summary>
    public static PatchReportThread[] Read()
    {
        var threads = new List<PatchReportThread>();
        try
        {
            string self = Interop.Libc.gettid().ToString(CultureInfo.InvariantCulture);
            foreach (string path in Directory.GetDirectories(Folder))
            {
                string id = path[(Folder.Length + 1)..];
                if (id != self && Describe(path, id) is { } thread) threads.Add(thread);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a part of the report: without /proc it stays empty.
        }
        return [.. threads];
    }

    private static PatchReportThread? Describe(string path, string id)
    {
        try
        {
            string name = ProcFile.Text($"{path}/comm").TrimEnd('\n');
            bool isRuntimes = name.StartsWith(".NET ", StringComparison.Ordinal) || name.StartsWith("Patchy ", StringComparison.Ordinal) || name.StartsWith("dotnet-", StringComparison.Ordinal);
            return new PatchReportThread(int.Parse(id, CultureInfo.InvariantCulture), name, isRuntimes, isRuntimes ? null : Call(path));
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }

    /// <summary>"202 0x7f.. 0x80 ...": the number of the call that it is in; "running" otherwise.</summary>
    private static string? Call(string path)
    {
        try
        {
            string text = ProcFile.Text($"{path}/syscall");
            int end = text.IndexOf(' ', StringComparison.Ordinal);
            return end > 0 && int.TryParse(text.AsSpan(0, end), CultureInfo.InvariantCulture, out int number) && number >= 0 ? Name(number) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a kernel that does not tell
        }
    }

    /// <summary>arch/x86/entry/syscalls/syscall_64.tbl: those in which a thread waits.</summary>
    private static string Name(int number) => number switch
    {
        0 => "read",
        1 => "write",
        7 or 271 => "poll",
        23 or 270 => "select",
        34 => "pause",
        35 or 230 => "nanosleep",
        42 => "connect",
        43 or 288 => "accept",
        44 => "sendto",
        45 => "recvfrom",
        46 => "sendmsg",
        47 => "recvmsg",
        61 or 247 => "wait for a child",
        73 => "flock",
        202 => "futex",
        232 or 281 => "epoll_wait",
        _ => string.Create(CultureInfo.InvariantCulture, $"system call {number}"),
    };
}
