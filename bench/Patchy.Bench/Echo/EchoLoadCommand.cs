namespace Patchy.Bench.Echo;

internal sealed class EchoLoadCommand : IBenchCommand
{
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);

    public string Name => "echo-load";

    public string Usage => "PORT [CONNECTIONS] [SECONDS]: 32-byte messages, one under way on each connection (100, for 4 s)";

    public int Run(string[] args)
    {
        if (args.Length == 0) throw new UsageException("PORT is needed.");
        var load = new EchoLoad(UsageException.NumberAt(args, 0, 0), UsageException.NumberAt(args, 1, 100));
        Console.WriteLine(load.Run(s_warmUp, TimeSpan.FromSeconds(UsageException.NumberAt(args, 2, 4))));
        return 0;
    }
}
