namespace Patchy.Conformance.Tests;

/// <summary>The bodies of sockets through the BCL's own queue: the fallback, and the oracle of the fast path.</summary>
public sealed class SlowPathConformance
{
    public static TheoryData<string, string> Bodies() => Verdict.Data(BodyCase.OfSockets(HostMode.SlowPath));

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_Patched_BehavesAsNatively(string group, string body) => Verdict.BehavesAsNatively(HostMode.SlowPath, group, body);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_ThatWaits_LetsOthersRun(string group, string body) => Verdict.LetsOthersRun(HostMode.SlowPath, group, body);
}
