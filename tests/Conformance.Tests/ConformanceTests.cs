namespace Patchy.Conformance.Tests;

/// <summary>Every body in one patched mode.</summary>
public abstract class ConformanceTests(HostMode mode)
{
    public static TheoryData<string, string> Bodies() => Verdict.Data(BodyCase.All());

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_Patched_BehavesAsNatively(string group, string body) => Verdict.BehavesAsNatively(mode, group, body);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_ThatWaits_LetsOthersRun(string group, string body) => Verdict.LetsOthersRun(mode, group, body);
}
