using System.Globalization;

namespace Patchy.Bench.Soak;

/// <summary>
/// <c>soak SECONDS [seed N] [workers N]</c>: everything at once, for a long time, with every result checked. Ends with 1 and a description at
/// the first error or when somebody gets stuck.
/// </summary>
internal sealed class SoakCommand : IBenchCommand
{
    private const int DefaultWorkers = 300;

    public string Name => "soak";

    public string Usage => "SECONDS [seed N] [workers N]: everything at once, every result checked; 1 and a description at the first error";

    public int Run(string[] args)
    {
        if (args.Length == 0) throw new UsageException("How many seconds?");
        int seconds = Number(args[0]);
        int seed = Environment.TickCount;
        int workers = DefaultWorkers;
        for (int i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) throw new UsageException($"'{args[i]}' needs a number.");
            int value = Number(args[i + 1]);
            if (args[i] == "seed") seed = value;
            else if (args[i] == "workers") workers = value;
            else throw new UsageException($"'{args[i]}' is unknown.");
        }

        _ = Patch.All();
        return new SoakRun(TimeSpan.FromSeconds(seconds), seed, workers).Run();
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw new UsageException($"'{text}' is no number.");
}
