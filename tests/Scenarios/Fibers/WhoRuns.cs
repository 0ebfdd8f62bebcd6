using Patchy.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>
/// WhoRuns: Hub.RunningHereOrNull, which asks the only hub there is, says what Greenlet.Running says, which asks the thread: with no hub, with one, and with two. In a process of its own, because in a
/// test runner there is never only one.
/// </summary>
internal sealed class WhoRuns : IScenario
{
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        Same("without a hub", null);
        Greenlet main = Hub.Current.Main;
        Everywhere("with one hub", main);
        using (Hub other = Hub.Start())
        {
            Everywhere("with two hubs", main);
            other.Spawn(() => Same("on the other hub", Greenlet.Current)).Join();
        }
        Everywhere("with one hub again", main); // native threads get the stacks of fibers that have ended
        Greenlet? taken = null;
        bool othersRan = false;
        taken = Greenlet.Spawn(() =>
        {
            Greenlet.Spawn(() => othersRan = true);
            DateTime patience = DateTime.UtcNow.AddSeconds(30);
            while (!Volatile.Read(ref othersRan) && DateTime.UtcNow < patience) Thread.Sleep(1); // natively: the monitor takes the hub away
            _checks.That("taken by the monitor", othersRan);
            Same("taken by the monitor: itself", taken);
        });
        taken.Join();
        return _checks.Finish();
    }

    private void Everywhere(string where, Greenlet main)
    {
        Same($"{where}: main", main);
        Greenlet? spawned = null;
        spawned = Greenlet.Spawn(() =>
        {
            Same($"{where}: a greenlet", spawned);
            Greenlet.Yield();
            Same($"{where}: after a switch", spawned);
            Escape.Run(EscapePool.Blocking, 0, _ =>
            {
                Same($"{where}: an escape", null);
                return 0;
            });
            Same($"{where}: after an escape", spawned);
            Greenlet.SetRunning(null);
            Same($"{where}: where it must not switch", null);
            Greenlet.SetRunning(spawned);
            Same($"{where}: after that", spawned);
        });
        spawned.Join();
        var native = new Thread(() => Same($"{where}: a native thread", null));
        native.Start();
        native.Join();
        Hub.Current.RunCallback(() => Same($"{where}: a callback of the hub", null));
        Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    }

    private void Same(string where, Greenlet? expected)
    {
        Greenlet? byHub = Hub.RunningHereOrNull(), byThread = Greenlet.Running;
        _checks.That(where, byHub == expected && byThread == expected, byHub == expected && byThread == expected ? null : $"{byHub?.Name ?? "none"} and {byThread?.Name ?? "none"}, not {expected?.Name ?? "none"}");
    }
}
