using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

/// <summary>ASP.NET Core, by the servers of the project Patchy.Bench.Web: MODE WORK PORT [DATABASE-PORT].</summary>
internal sealed class WebSection : Section
{
    private const int DelayMs = 20;
    private const double FloodSeconds = 10, QuickSeconds = 1.5;
    private static readonly string s_program = Path.Combine(Repository.Bench, "Patchy.Bench.Web", "bin", "Release", "net10.0", "Patchy.Bench.Web.dll");
    private static readonly string[] s_options = ["http=/", "prime=0"];
    private int _databasePort;

    public override string Name => "web";

    public override int Order => 55;

    public override string Title => "ASP.NET Core";

    public override string What =>
        "1,000 clients and a handler that waits for 20 ms, in a sleep or in a call to a database: blocking on greenlets, the same blocking code on the thread pool, and the handler rewritten to async/await. " +
        "The first ten seconds after the clients arrive are measured, since that is when the pool lacks threads. No more than 50,000 requests/s are possible.";

    public override IEnumerable<string> Missing(Setup setup) => File.Exists(s_program) ? [] : ["Not measured: bench/Patchy.Bench.Web is not there, or not built."];

    public override IEnumerable<Case> Cases(Setup setup)
    {
        if (!File.Exists(s_program)) yield break;
        int clients = setup.Size(1_000, 5);
        foreach ((string title, object[] work) in new (string, object[])[] { ("a sleep", ["sleep"]), ("a database call", ["socket", _databasePort]) })
            yield return new Case($"{clients:N0} clients, a handler with {title} of {DelayMs} ms", 3,
                [Of(setup, "Patchy, greenlets", "greenlets", clients, work), Of(setup, "async/await", "async", clients, work), Of(setup, "thread pool", "pool", clients, work)])
            {
                OpenFiles = 2 * clients + 400,
            };
    }

    public override IDisposable Begin(Setup setup)
    {
        _databasePort = Ports.Free();
        Child database = setup.Load.StartDatabase(_databasePort, DelayMs);
        Ports.WaitUntilListened(database, _databasePort);
        return database;
    }

    private static Entry Of(Setup setup, string name, string mode, int clients, object[] work)
    {
        string[] program = ["dotnet", s_program, mode];
        var contender = new Contender(name, null, program) { FiberKind = "user" };
        return new Entry(name, () =>
        {
            int port = Ports.Free();
            using Child server = contender.StartServer([work[0], port, .. work[1..]]);
            Ports.WaitUntilListened(server, port);
            // One client alone warms the code up, and needs no second thread of the pool.
            setup.Load.Run(port, server, Math.Max(1, setup.WarmUp), 0, ["connections=1", .. s_options]);
            return setup.Load.Run(port, server, setup.Quick ? QuickSeconds : FloodSeconds, 0, [$"connections={clients}", .. s_options]);
        });
    }
}
