using System.Globalization;

namespace Patchy.Bench.Compare;

/// <summary>The words after <c>compare</c>.</summary>
internal sealed class CompareOptions
{
    public List<string> Works { get; } = [];

    /// <summary>Null: as each work has it.</summary>
    public int? Rounds { get; private set; }

    /// <summary>For how long servers are measured.</summary>
    public double? Seconds { get; private set; }

    /// <summary>Everything once and tiny: whether it works, and not how fast.</summary>
    public bool Quick { get; private set; }

    public bool Write { get; private set; } = true;

    public static CompareOptions Parse(string[] args)
    {
        var options = new CompareOptions();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--rounds": options.Rounds = (int)Number(args, ++i); break;
                case "--seconds": options.Seconds = Number(args, ++i); break;
                case "--quick": options.Quick = true; break;
                case "--no-write": options.Write = false; break;
                case "--help": throw new UsageException("Measures Patchy beside its peers.");
                case ['-', ..]: throw new UsageException($"There is no option '{args[i]}'.");
                default: options.Works.Add(args[i]); break;
            }
        }
        if (options.Quick)
        {
            options.Write = false;
            options.Rounds ??= 1;
        }
        return options;
    }

    private static double Number(string[] args, int index)
    {
        string option = args[index - 1];
        if (index == args.Length) throw new UsageException($"{option} needs a number.");
        bool whole = option == "--rounds";
        if (double.TryParse(args[index], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0 && (!whole || value == Math.Floor(value)))
            return value;
        throw new UsageException($"{option} needs a {(whole ? "whole " : "")}number above 0, and '{args[index]}' is none.");
    }
}
