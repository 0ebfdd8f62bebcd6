using System.Globalization;
using System.Text.Json;

namespace Patchy.Bench.Running;

/// <summary>What one run measured, by name. Printed as one line "name=value name=value", which peers in any language can print too.</summary>
internal sealed class Figures
{
    private readonly List<KeyValuePair<string, double>> _values = new();

    public bool IsEmpty => _values.Count == 0;

    public IEnumerable<string> Names => _values.Select(v => v.Key);

    public double? this[string name] => _values.Where(v => v.Key == name).Select(v => (double?)v.Value).FirstOrDefault();

    public Figures Add(string name, double value)
    {
        _values.Add(new(name, value));
        return this;
    }

    /// <summary>Such a line, or a line of JSON as the words print it: its ns_per_op is called ns here, as in the works.</summary>
    public static Figures Parse(string line)
    {
        var figures = new Figures();
        if (line.StartsWith('{'))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            figures.Add("ns", json.RootElement.GetProperty(BenchLine.Nanoseconds).GetDouble());
            return figures;
        }
        foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = word.Split('=');
            figures.Add(parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        return figures;
    }

    /// <summary>For each name the median over several runs.</summary>
    public static Figures Median(IReadOnlyList<Figures> runs)
    {
        var median = new Figures();
        foreach (string name in runs[0].Names)
        {
            double[] sorted = [.. runs.Select(r => r[name] ?? double.NaN).Order()];
            median.Add(name, sorted[sorted.Length / 2]);
        }
        return median;
    }

    /// <summary>How many times the other's first figure, round by round; the median of that. Null when the other's is 0, or when they do not measure the same.</summary>
    public static double? Ratio(IReadOnlyList<Figures> runs, IReadOnlyList<Figures> others)
    {
        string? name = others[0].Names.FirstOrDefault();
        double[] ratios = [.. runs.Zip(others, (run, other) => name is null ? null : run[name] / other[name]).OfType<double>().Where(double.IsFinite).Order()];
        return ratios.Length == 0 ? null : ratios[ratios.Length / 2];
    }

    public override string ToString() => string.Join(' ', _values.Select(v => $"{v.Key}={v.Value.ToString("0.###", CultureInfo.InvariantCulture)}"));
}
