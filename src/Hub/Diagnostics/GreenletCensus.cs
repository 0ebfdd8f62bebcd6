using System;
using System.Collections.Generic;
using Patchy.Scheduling;

namespace Patchy.Diagnostics;

// Protocol: nothing is recorded when a greenlet is made, so that spawning costs nothing more. Every greenlet that can still run is reachable from one of
//  1. the table of threads (it has a stack: running, parked, escaped, ready again),
//  2. the run queue and the inbox of its hub (ready, has not run yet),
//  3. the timers of its hub (to be started later).
// All are read while the carrier changes them. Links lead to greenlets and nodes, never to freed memory; a walk that is led astray by a change sees
// somebody twice or not at all, and is bounded.

/// <summary>The greenlets of all hubs at a moment, as far as another thread can see them. Exact on the hub's own carrier.</summary>
internal static class GreenletCensus
{
    private const int MostSteps = 1_000_000;

    /// <summary>May be called from any thread. Each greenlet once, with whether it was found queued; main greenlets first, then by age.</summary>
    public static Dictionary<Hub, List<GreenletInfo>> Take()
    {
        var found = new Dictionary<Greenlet, bool>();
        foreach (Hub hub in HubRegistry.All)
        {
            AddQueued(hub, found);
            hub.Inbox.ForEach(node => Add(node.Subject, found, isQueued: true), MostSteps);
            hub.Timers.ForEach(node => Add(node.Subject, found, isQueued: false));
        }
        foreach (Greenlet? greenlet in GreenletTable.Snapshot()) Add(greenlet, found, isQueued: false);
        var byHub = new Dictionary<Hub, List<GreenletInfo>>();
        foreach (Hub hub in HubRegistry.All) byHub[hub] = [];
        foreach ((Greenlet greenlet, bool isQueued) in found)
        {
            var info = GreenletInfo.Look(greenlet, isQueued);
            if (info.State != GreenletState.Dead && byHub.TryGetValue(greenlet.Hub, out List<GreenletInfo>? list)) list.Add(info);
        }
        foreach (List<GreenletInfo> list in byHub.Values) list.Sort(static (a, b) => a.Greenlet.Id.CompareTo(b.Greenlet.Id));
        return byHub;
    }

    private static void AddQueued(Hub hub, Dictionary<Greenlet, bool> found)
    {
        int count = Math.Min(hub.Ready.Count, MostSteps);
        for (int i = 0; i < count; i++)
            if (hub.Ready.Peek(i) is { } greenlet && greenlet.Hub == hub) Add(greenlet, found, isQueued: true);
    }

    private static void Add(Greenlet? greenlet, Dictionary<Greenlet, bool> found, bool isQueued)
    {
        if (greenlet is not (null or CallbackGreenlet)) found[greenlet] = isQueued || found.GetValueOrDefault(greenlet);
    }
}
