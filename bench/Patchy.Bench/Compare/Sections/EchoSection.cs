namespace Patchy.Bench.Compare.Sections;

internal sealed class EchoSection : Section
{
    public override string Name => "echo";

    public override int Order => 10;

    public override string Title => "Echo";

    public override string What =>
        "32 bytes there and back, one message under way on each connection. .NET's blocking servers (Patchy, OS threads) are the same code: `new Thread`, `Socket.Receive`, `Socket.Send`.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        if (setup.Quick) return [Echo(setup, 20, 1)];
        // The two that decide get more rounds.
        return [Echo(setup, 1, 3), Echo(setup, 100, 5), Echo(setup, 1_000, 5), Echo(setup, 10_000, 3)];
    }

    private static Case Echo(Setup setup, int connections, int rounds) =>
        new($"Echo, {connections:N0} connection{(connections == 1 ? "" : "s")}", rounds, setup.Served(setup.Servers, ["echo"], $"connections={connections}"))
        {
            OpenFiles = connections + 200,
        };
}
