using FluentAssertions;

namespace Patchy.Conformance.Tests;

/// <summary>The truth must be one: a body that observes something else the second time cannot be compared with.</summary>
public sealed class NativeTests
{
    public static TheoryData<string> Groups() => [.. BodyCase.All().Select(b => b.Group).Distinct()];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Bodies_NativelyAgain_ObserveTheSame(string group)
    {
        HostRun first = HostRun.Of(HostMode.Native, group);
        ChildProcess again = ChildProcess.Run("Patchy.Conformance.Host", ["run", nameof(HostMode.Native), group], TimeSpan.FromMinutes(3));
        BodyReport[] second = [.. again.Lines.Select(BodyReport.TryParse).OfType<BodyReport>().Where(r => r.Outcome is not null)];
        second.Should().HaveCount(BodyCase.Of(group).Count, "every body ends natively: {0}", again);
        foreach (BodyReport observed in second)
        {
            BodyReport report = observed;
            for (int attempt = 1; attempt < 3 && Timing.MayExplain(report, first[report.Body]); attempt++) report = HostRun.Alone(HostMode.Native, group, report.Body);
            report.Outcome.Should().NotBeEmpty("{0} must observe something", report.Body);
            Timing.Without(report).Should().Equal(Timing.Without(first[report.Body]), "{0} must be deterministic", report.Body);
        }
    }
}
