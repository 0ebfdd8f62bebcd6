using System.Collections.Concurrent;
using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <summary>
/// The contenders take turns, round after round, so that whatever disturbs the machine disturbs them all. One that has failed is not asked again, and
/// does not stop the others.
/// </summary>
internal sealed class CaseRunner(CompareOptions options)
{
    private readonly bool _showsProgress = !options.Quick;

    public CaseResult Run(Case work)
    {
        int rounds = options.Rounds ?? work.Rounds;
        var runs = new ConcurrentDictionary<Entry, List<Figures>>(work.Entries.Select(e => KeyValuePair.Create(e, new List<Figures>())));
        var errors = new ConcurrentDictionary<Entry, string>();
        for (int round = 1; round <= rounds; round++)
        {
            // Quick runs say nothing about speed, so they need not wait for one another.
            var together = new ParallelOptions { MaxDegreeOfParallelism = options.Quick ? Environment.ProcessorCount : 1 };
            Parallel.ForEach(Partitioner.Create(work.Entries, EnumerablePartitionerOptions.NoBuffering), together, entry =>
            {
                if (errors.ContainsKey(entry)) return;
                if (_showsProgress) Console.Error.Write($"\r\e[K{work.Title}: round {round} of {rounds}, {entry.Name}");
                try
                {
                    runs[entry].Add(entry.Run());
                }
                catch (InvalidOperationException e)
                {
                    errors[entry] = e.Message;
                }
            });
        }
        if (_showsProgress) Console.Error.Write("\r\e[K");
        Entry first = work.Entries[0];
        return new CaseResult(work.Title, rounds, [.. work.Entries.Select(RowOf)]);

        Row RowOf(Entry entry) => errors.TryGetValue(entry, out string? error)
            ? new Row(entry.Name, null, null, error)
            : new Row(entry.Name, Figures.Median(runs[entry]), errors.ContainsKey(first) ? null : Figures.Ratio(runs[entry], runs[first]), null);
    }
}
