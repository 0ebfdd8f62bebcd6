using System.Runtime.CompilerServices;

namespace Patchy.Bench;

internal static class Program
{
    private static int Main(string[] args)
    {
        List<IBenchCommand> commands = [.. Found.All<IBenchCommand>().OrderBy(c => c.Name, StringComparer.Ordinal)];
        IBenchCommand? command = args.Length == 0 ? null : commands.Find(c => c.Name == args[0]);
        if (command is not null)
        {
            try
            {
                return RunIt(command, args[1..]);
            }
            catch (UsageException e)
            {
                Console.Error.WriteLine($"{e.Message}\nUsage: Patchy.Bench {command.Name} {command.Usage}");
                return 2;
            }
        }
        Console.Error.WriteLine("Usage: Patchy.Bench COMMAND [ARGUMENTS]");
        foreach (IBenchCommand c in commands) Console.Error.WriteLine($"  {c.Name,-13} {c.Usage}");
        return 2;
    }

    // A frame of its own: nothing of what a command patches may already be compiled into Main.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunIt(IBenchCommand command, string[] args) => command.Run(args);
}
