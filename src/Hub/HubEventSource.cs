using System.Diagnostics.Tracing;

namespace Patchy;

/// <summary>What operators want to see (dotnet-trace, dotnet-counters: provider "Patchy"). Made when there is first something to say: an EventSource costs milliseconds.</summary>
[EventSource(Name = "Patchy")]
internal sealed class HubEventSource : EventSource
{
    private HubEventSource() { }

    public static HubEventSource Log { get; } = new();

    /// <summary>A greenlet blocked its carrier; another kernel thread has taken over the hub.</summary>
    [Event(1, Level = EventLevel.Warning, Message = "{0} blocks the carrier of {1}: another kernel thread has taken over the hub")]
    public void CarrierRelieved(string greenlet, string hub) => WriteEvent(1, greenlet, hub);

    /// <summary>A spawned greenlet computes without ever waiting, and the others of its hub wait for it.</summary>
    [Event(2, Level = EventLevel.Warning, Message = "{0} keeps the carrier of {1} without a wait; the others of its hub do not run meanwhile")]
    public void CarrierHogged(string greenlet, string hub) => WriteEvent(2, greenlet, hub);
}
