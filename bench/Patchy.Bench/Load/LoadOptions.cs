using System.Globalization;

namespace Patchy.Bench.Load;

/// <summary>What the load generators are told, the one in C (peers/c/load.c) and the one here: PORT [name=value ...].</summary>
internal sealed class LoadOptions
{
    public int Port { get; private init; }

    public int Connections { get; private set; } = 100;

    /// <summary>How many have a message under way at a time; 0: all.</summary>
    public int Active { get; private set; }

    public double Seconds { get; private set; } = 2;

    public double WarmUp { get; private set; } = 1;

    /// <summary>Whose processor time is to be counted; 0: nobody's.</summary>
    public int Server { get; private set; }

    /// <summary>Whether each connection is served once before the clock starts.</summary>
    public bool Prime { get; private set; } = true;

    /// <summary>The path to ask for; null: messages of 32 bytes.</summary>
    public string? Http { get; private set; }

    /// <summary>So many bytes there and back on one connection; 0: messages.</summary>
    public long Bulk { get; private set; }

    public static LoadOptions Parse(string[] args)
    {
        if (args.Length == 0) throw new UsageException("PORT is needed.");
        var options = new LoadOptions { Port = UsageException.NumberAt(args, 0, 0) };
        foreach (string arg in args[1..])
        {
            string[] parts = arg.Split('=', 2);
            string value = parts.Length == 2 ? parts[1] : throw new UsageException($"'{arg}' is not name=value.");
            switch (parts[0])
            {
                case "connections": options.Connections = (int)Number(value); break;
                case "active": options.Active = (int)Number(value); break;
                case "seconds": options.Seconds = Number(value); break;
                case "warm": options.WarmUp = Number(value); break;
                case "server": options.Server = (int)Number(value); break;
                case "prime": options.Prime = Number(value) != 0; break;
                case "bulk": options.Bulk = (long)Number(value); break;
                case "http": options.Http = value; break;
                case "tls" when Number(value) == 0: break;
                case "tls": throw new UsageException("Only the load generator in C knows TLS.");
                default: throw new UsageException($"'{parts[0]}' is unknown.");
            }
        }
        if (options.Active == 0 || options.Active > options.Connections) options.Active = options.Connections;
        return options;
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0
            ? value
            : throw new UsageException($"'{text}' is not a number.");
}
