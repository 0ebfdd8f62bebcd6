namespace Patchy.Conformance.Tests;

/// <summary>Every body in one patched mode.</summary>
public abstract class ConformanceTests(HostMode mode)
{
    protected HostMode Mode { get; } = mode;

    public static TheoryData<string, string> Bodies() => Verdict.Data(BodyCase.All());

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_Patched_BehavesAsNatively(string group, string body) => Verdict.BehavesAsNatively(Mode, group, body);
}
