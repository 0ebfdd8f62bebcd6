using System;
using System.Globalization;

namespace Patchy.Session;

/// <summary>What is said once, at the end, as gevent queues its MonkeyPatchWarnings.</summary>
internal static class PatchWarnings
{
    private const int MainThreadId = 1; // CoreCLR numbers its threads from the main one

    public static string Union(PatchGroups known, PatchGroups asked) =>
        $"Patching more than once results in the union of everything that was asked for. Before: {Names(known)}; now: {Names(asked)}. Nothing was switched off; Patch.Unpatch does that.";

    /// <summary>What the state of the process and the choice of groups are worth saying.</summary>
    public static void Queue(PatchRequest request, PatchGroups groups)
    {
        int here = Hub.OfThisThreadOrNull()?.Main.ManagedThreadId ?? Environment.CurrentManagedThreadId;
        if (here != MainThreadId)
            request.Warnings.Add($"Patched on thread {here}, not on the main thread: what the main thread is doing already stays native. Call Patch.All() first in Main.");
        Late(request);
        Before(request);
        Without(request, groups, PatchGroups.Process, PatchGroups.Wait, "waiting for the end of a process waits on a handle, and blocks");
    }

    /// <summary>One line each, now.</summary>
    public static void Give(PatchRequest request)
    {
        foreach (string warning in request.Warnings)
        {
            if (Patch.WarningSink is { } sink) sink(warning);
            else ErrorOutput.WriteLine($"Patchy: warning: {warning}");
        }
    }

    private static void Late(PatchRequest request)
    {
        if (request.Late.Count == 0) return;
        string first = MethodText.Short(request.Late[0]);
        string names = request.Late.Count == 1 ? $"{first} had" : string.Create(CultureInfo.InvariantCulture, $"{request.Late.Count} methods ({first} ...) had");
        request.Warnings.Add($"{names} run before being patched: code that was compiled earlier may go past the patch. The report says more. Call Patch.All() first in Main.");
    }

    private static void Before(PatchRequest request)
    {
        PatchReportThread[] users = Array.FindAll(request.Threads, static thread => !thread.IsRuntimes);
        if (users.Length == 0 || HubRegistry.All.Length > 0) return; // with a hub some are its own
        string names = string.Join("; ", Array.ConvertAll(users.Length > 5 ? users[..5] : users, static thread => thread.ToString()));
        string threads = users.Length == 1 ? "1 thread was there before, and stays" : string.Create(CultureInfo.InvariantCulture, $"{users.Length} threads were there before, and stay");
        request.Warnings.Add($"{threads} native, in the middle of a call or holding a lock or not: {names}{(users.Length > 5 ? " ..." : "")}.");
    }

    private static void Without(PatchRequest request, PatchGroups groups, PatchGroups group, PatchGroups needed, string effect)
    {
        if ((groups & group) != 0 && (groups & needed) == 0) request.Warnings.Add($"Patched {Names(group)} without {Names(needed)}: {effect}.");
    }

    private static string Names(PatchGroups groups) => groups == PatchGroups.All ? "all" : groups.ToString().ToLowerInvariant();
}
