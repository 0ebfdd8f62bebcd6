namespace Patchy.Bench.Compare.Sections;

internal sealed class IdleSection : Section
{
    public override string Name => "idle";

    public override int Order => 20;

    public override string Title => "Connections that are mostly idle";

    public override string What =>
        "The same servers hold 10,000 connections, of which 100 have a message under way; whichever has been idle longest is next, so that none stays warm.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        int held = setup.Size(10_000, 200), active = setup.Size(100, 10);
        yield return new Case($"{held:N0} connections held, {active:N0} active", 3, setup.Served(setup.Servers, ["echo"], $"connections={held}", $"active={active}"))
        {
            OpenFiles = held + 200,
        };
    }
}
