namespace Patchy.Bench.Compare.Sections;

internal sealed class BulkSection : Section
{
    private const int BufferBytes = 65536;

    public override string Name => "bulk";

    public override int Order => 30;

    public override string Title => "Bulk transfer";

    public override string What => "1 GiB to an echo server and back, on one connection, with a buffer of 64 KiB.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        long bytes = setup.Quick ? 8L << 20 : 1L << 30;
        yield return new Case($"{bytes >> 20:N0} MiB there and back", 3, setup.Served(setup.Servers, ["echo", BufferBytes], $"bulk={bytes}"));
    }
}
