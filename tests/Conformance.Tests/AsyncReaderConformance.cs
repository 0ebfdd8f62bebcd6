namespace Patchy.Conformance.Tests;

/// <summary>Synchronous calls on sockets that have an asynchronous receive queued: order, timeouts and ends are those that the BCL gives to both natively.</summary>
public sealed class AsyncReaderConformance
{
    public static TheoryData<string, string> Bodies() => Verdict.Data(BodyCase.OfSockets(HostMode.FiberWithReader));

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_Patched_BehavesAsNatively(string group, string body) => Verdict.BehavesAsNatively(HostMode.FiberWithReader, group, body);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_ThatWaits_LetsOthersRun(string group, string body) => Verdict.LetsOthersRun(HostMode.FiberWithReader, group, body);
}
