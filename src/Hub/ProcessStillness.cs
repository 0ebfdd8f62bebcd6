using System;
using System.Collections;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;
using Patchy.Interop;

namespace Patchy;

/// <summary>Whether anything in the process, or in the system for this process, can still act when one hub has nothing to do. In doubt: yes.</summary>
internal static class ProcessStillness
{
    private const int MainThreadId = 1; // CoreCLR numbers its threads from the main one

    // Threads of the runtime that run no code of a program's, as the kernel shows their names (15 characters). No pool worker is among them, nor what
    // waits for sockets or file changes: while those live, something may come. They end some time after they are used no more.
    private static readonly string[] s_idle =
    [
        ".NET SynchManag", ".NET EventPipe", ".NET DebugPipe", ".NET Debugger", ".NET Finalizer", ".NET Tiered Com", ".NET SigHandler", ".NET TP Gate",
        ".NET Timer", // no timer is active: see below
        "Patchy monitor", "Patchy hub", "Patchy greenlet",
    ];

    private static readonly FieldInfo? s_signalHandlers = typeof(PosixSignalRegistration).GetField("s_registrations", BindingFlags.Static | BindingFlags.NonPublic);

    /// <summary>A first look that costs nothing.</summary>
    public static bool CouldBeProven(Hub hub) => hub.Main.ManagedThreadId == MainThreadId && HubRegistry.All.Length == 1;

    /// <summary>True when nothing can act any more.</summary>
    public static bool IsProven() =>
        !Debugger.IsAttached && Timer.ActiveCount == 0 && ThreadPool.PendingWorkItemCount == 0 && !HasSignalHandlers() && !Libc.HasChildren() && !HasOtherThreads();

    /// <summary>From .NET 10 on a signal without a handler ends the process, or does nothing: ProcessExit is no way to wake somebody.</summary>
    private static bool HasSignalHandlers()
    {
        if (s_signalHandlers?.GetValue(null) is not IDictionary bySignal) return true;
        int count = 0;
        foreach (object? handlers in bySignal.Values) count += handlers is ICollection collection ? collection.Count : 1;
        return count > (HubDumpSignal.IsListening ? 1 : 0);
    }

    private static bool HasOtherThreads()
    {
        try
        {
            foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                if (task.EndsWith($"/{Environment.ProcessId}", StringComparison.Ordinal)) continue; // the main thread's: it carries the hub, or has given it away
                if (Array.IndexOf(s_idle, File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n')) < 0) return true;
            }
            return false;
        }
        catch (IOException)
        {
            return true; // a thread has just ended
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }
}
