using Patchy.Bench.Running;
using Patchy.Bench.Words;

namespace Patchy.Bench.Compare.Sections;

internal sealed class ApiSection : Section
{
    private static readonly string[] s_candidates = ["switch", "spawn", "queue", "event", "semaphore", "pool"];
    private static readonly string[] s_words = [.. s_candidates.Intersect(Found.All<Word>().Select(w => w.Name))];

    public override string Name => "api";

    public override int Order => 100;

    public override string Title => "gevent's API";

    public override string What =>
        "An operation of Patchy's own API beside gevent's, and beside what Go has in its place: one switch; spawn and join (all at once); an item through a queue and back; a hand-over by event and by semaphore; a spawn through a pool of 100.";

    public override IEnumerable<Case> Cases(Setup setup) => s_words.Select(w =>
        new Case($"API: {w}", 3, setup.Measured([Contender.Patchy.ByWords(), Contender.PatchyKernel.ByWords(), .. setup.Others], [w])));
}
