using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Patchy.Diagnostics;

/// <summary>
/// Who waits for what: every greenlet of every hub, with its state, what it waits for and since when, and the kernel threads of the process. The
/// counterpart of gevent.util.print_run_info and format_run_info.
/// </summary>
public static class RunInfo
{
    /// <summary>
    /// Whether SIGQUIT (Ctrl+\, or <c>kill -QUIT</c>) prints the run info to standard error instead of ending the process. False unless
    /// PATCHY_DUMP_ON_SIGQUIT=1 is in the environment. May be used from any thread.
    /// </summary>
    public static bool PrintsOnSigQuit
    {
        get => HubDumpSignal.IsListening;
        set => HubDumpSignal.Listen(value);
    }

    /// <summary>Every greenlet that has not ended, of every hub. May be called from any thread: what greenlets of other carriers do may have changed meanwhile.</summary>
    public static IReadOnlyList<GreenletInfo> Greenlets()
    {
        var all = new List<GreenletInfo>();
        foreach (List<GreenletInfo> greenlets in GreenletCensus.Take().Values) all.AddRange(greenlets);
        return all;
    }

    /// <summary>The whole state as text. May be called from any thread, at any time, also while the hubs hang.</summary>
    /// <param name="threads">Whether to list the kernel threads too.</param>
    public static string Format(bool threads = true)
    {
        var text = new StringBuilder();
        foreach ((Hub hub, List<GreenletInfo> greenlets) in GreenletCensus.Take())
        {
            text.AppendLine(Describe(hub));
            foreach (GreenletInfo greenlet in greenlets) AppendGreenlet(text, greenlet);
        }
        if (text.Length == 0) text.AppendLine("There is no hub.");
        if (!threads) return text.ToString();
        text.AppendLine("Kernel threads:");
        foreach (string line in NativeThreadList.Read()) text.Append("  ").AppendLine(line);
        return text.ToString();
    }

    /// <summary>Prints <see cref="Format"/> to <paramref name="writer"/>, or to standard error. May be called from any thread.</summary>
    public static void Print(TextWriter? writer = null) => (writer ?? Console.Error).Write(Format());

    private static string Describe(Hub hub)
    {
        string state = hub.Inbox.IsAsleep ? "asleep" : hub.Occupant is { } current ? $"runs {current.Name}" : "in its loop";
        return string.Create(CultureInfo.InvariantCulture,
            $"{hub}: {state}, {hub.Ready.Count} ready, {hub.Timers.Count} timers, {hub.SwitchCount} switches, {hub.Kind} fibers, carrier {hub.CarrierTid}");
    }

    private static void AppendGreenlet(StringBuilder text, GreenletInfo greenlet) => text.Append("  ").Append(greenlet).AppendLine();
}
