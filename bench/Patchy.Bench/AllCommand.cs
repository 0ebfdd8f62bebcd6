namespace Patchy.Bench;

internal sealed class AllCommand : IBenchCommand
{
    public string Name => "all";

    public string Usage => "every comparison, one after the other";

    public int Run(string[] args)
    {
        IBenchCommand[] commands =
        [
            new YieldCommand(), new SpawnCommand(), new LockCommand(), new PassThroughCommand(), new PatchColdCommand(), new SleepersCommand(),
            new Echo.EchoCommand(),
        ];
        foreach (IBenchCommand command in commands)
        {
            Console.WriteLine($"\n## {command.Name}");
            if (command.Run([]) is var code and not 0) return code;
        }
        return 0;
    }
}
