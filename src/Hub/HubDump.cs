using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Patchy;

/// <summary>Who waits for what: every greenlet of every hub that has a stack. The counterpart of gevent.util.format_run_info.</summary>
internal static class HubDump
{
    /// <summary>May be called from any thread, at any time: what it shows may be out of date by the time it is read.</summary>
    public static string Text()
    {
        var text = new StringBuilder();
        var byHub = new Dictionary<Hub, List<Greenlet>>();
        foreach (Hub hub in HubRegistry.All) byHub[hub] = [];
        foreach (Greenlet? greenlet in GreenletTable.Snapshot())
            if (greenlet is not null && byHub.TryGetValue(greenlet.Hub, out List<Greenlet>? list)) list.Add(greenlet);
        foreach ((Hub hub, List<Greenlet> greenlets) in byHub)
        {
            string state = hub.Inbox.IsAsleep ? "asleep" : hub.Occupant is { } current ? $"runs {current.Name}" : "in its loop";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{hub}: {state}, {hub.Ready.Count} ready, {hub.Timers.Count} timers, {hub.SwitchCount} switches, {hub.Kind} fibers, carrier {hub.CarrierTid}");
            foreach (Greenlet greenlet in greenlets)
                if (!greenlet.Dead) text.AppendLine(CultureInfo.InvariantCulture, $"  {greenlet.Name}: {greenlet.StateText}");
        }
        return text.ToString();
    }
}
