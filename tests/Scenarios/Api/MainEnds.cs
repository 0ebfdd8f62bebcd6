namespace Patchy.Scenarios.Api;

/// <summary>MainEnds: greenlets do not keep the process; Main returns and that is it.</summary>
internal sealed class MainEnds : IScenario
{
    public int Run(string[] args)
    {
        _ = Patch.All();
        Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMinutes(10)); Console.WriteLine("a spawned greenlet went on"); });
        Hub.Start().Spawn(() => { Greenlet.Sleep(TimeSpan.FromMinutes(10)); Console.WriteLine("a started hub went on"); });
        Greenlet.Yield();
        Console.WriteLine("main returns");
        return 0;
    }
}
