using Patchy.Bench.Running;

namespace Patchy.Bench.Load;

/// <summary>The load generator for machines without a C compiler; it does what peers/c/load.c does, except for TLS.</summary>
internal sealed class LoadCommand : IBenchCommand
{
    public string Name => "load";

    public string Usage => "PORT [connections=N] [active=N] [seconds=S] [warm=S] [server=PID] [http=PATH] [prime=0] [bulk=BYTES]: messages of 32 bytes";

    public int Run(string[] args)
    {
        LoadOptions options = LoadOptions.Parse(args);
        Figures figures = options.Bulk > 0 ? new BulkLoad(options).Run() : new RequestLoad(options).Run();
        Console.WriteLine(figures);
        return 0;
    }
}
