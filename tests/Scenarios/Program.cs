using System.Runtime.CompilerServices;

namespace Patchy.Scenarios;

/// <summary>Patchy.Scenarios NAME [ARGUMENTS]: runs the scenario whose class has that name.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        foreach (Type type in typeof(Program).Assembly.GetTypes())
        {
            if (args.Length == 0 || type.Name != args[0] || !typeof(IScenario).IsAssignableFrom(type)) continue;
            return Run(type, args[1..]);
        }
        Console.Error.WriteLine("Usage: Patchy.Scenarios NAME [ARGUMENTS], where NAME is the class of a scenario.");
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(Type type, string[] args) => ((IScenario)Activator.CreateInstance(type)!).Run(args);
}
