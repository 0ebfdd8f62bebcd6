namespace Patchy.Conformance.Tests;

/// <summary>Every body in one mode in which it runs in a greenlet: only then is there a hub that it could keep from others.</summary>
public abstract class GreenConformanceTests(HostMode mode) : ConformanceTests(mode)
{
    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_ThatWaits_LetsOthersRun(string group, string body) => Verdict.LetsOthersRun(Mode, group, body);
}
