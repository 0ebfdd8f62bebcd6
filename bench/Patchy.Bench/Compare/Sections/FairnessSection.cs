using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class FairnessSection : Section
{
    private EndlessSender? _sender;

    public override string Name => "fairness";

    public override int Order => 70;

    public override string Title => "Fairness";

    public override string What =>
        "How late a timer of 10 ms is while another green thread receives, 512 bytes at a time, from a sender that never ends. A timer that never has its turn counts until the receiver stops.";

    public override IEnumerable<Case> Cases(Setup setup) =>
        [new Case("A timer of 10 ms beside an endless sender", 3, setup.Measured([.. setup.OfDotnet, .. setup.Others], ["fairness", _sender!.Port, (int)(setup.Seconds * 1000)]))];

    public override IDisposable Begin(Setup setup) => _sender = new EndlessSender();
}
