using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class LegacySection : Section
{
    private const int DelayMs = 20;
    private Child? _database;
    private int _databasePort;

    public override string Name => "legacy";

    public override int Order => 50;

    public override string Title => "Unmodified legacy work";

    public override string What =>
        "1,000 callers ask a server that asks a database, which answers after 20 ms: `TcpClient`, `StreamReader.ReadLine`, a thread and a database connection for each caller. " +
        "No more than 50,000 requests/s are possible.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        int callers = setup.Size(1_000, 50);
        yield return new Case($"{callers:N0} callers, a database of {DelayMs} ms", 3, setup.Served(setup.Servers, ["legacy", _databasePort], $"connections={callers}"))
        {
            OpenFiles = 2 * callers + 200,
        };
    }

    public override IDisposable Begin(Setup setup)
    {
        _databasePort = Ports.Free();
        _database = setup.Load.StartDatabase(_databasePort, DelayMs);
        Ports.WaitUntilListened(_database, _databasePort);
        return _database;
    }
}
