using System.Globalization;

namespace Patchy.Bench;

/// <summary>A mistake on the command line.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>A whole number from the command line, or the default when it is not there.</summary>
    public static int NumberAt(string[] args, int index, int defaultValue)
    {
        if (index >= args.Length) return defaultValue;
        if (int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0) return value;
        throw new UsageException($"'{args[index]}' is not a whole number above 0.");
    }
}
