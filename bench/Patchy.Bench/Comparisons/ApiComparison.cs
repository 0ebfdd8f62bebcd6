using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

/// <summary>gevent's own API beside gevent, and beside Go where Go has such a thing.</summary>
internal sealed class ApiComparison : Comparison
{
    private static readonly string[] s_candidates = ["switch", "spawn", "queue", "event", "semaphore", "pool"];
    private static readonly string[] s_words = [.. s_candidates.Intersect(Found.All<Words.Word>().Select(w => w.Name))];

    public override string Name => "api";

    public override string Usage => $"the API beside gevent and Go: {string.Join(", ", s_words)}";

    public override void Compare(string[] args)
    {
        foreach (string word in s_words) Show(word, [Contender.Words, .. Peers.Installed()], word);
    }
}
