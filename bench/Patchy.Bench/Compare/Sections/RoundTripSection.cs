namespace Patchy.Bench.Compare.Sections;

internal sealed class RoundTripSection : Section
{
    public override string Name => "rtt";

    public override int Order => 60;

    public override string Title => "Round trip in one process";

    public override string What => "32 bytes from a client to a server in the same process, and back, through TCP, on one core.";

    public override IEnumerable<Case> Cases(Setup setup) =>
        [new Case("A round trip", 3, setup.Measured([.. setup.OfDotnet, .. setup.Others], ["rtt"], oneCore: true))];
}
