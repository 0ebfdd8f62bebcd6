using FluentAssertions;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;

/// <summary>Every public member that can block is classified, on the framework that runs this test; and the test would notice.</summary>
public sealed class TotalManifestTests
{
    private static readonly PatchManifest s_manifest = PatchManifest.LoadWhole();
    private static readonly IReadOnlyList<Type> s_types = BlockingSurface.Types();

    [Fact]
    public void Manifest_OfThisFramework_ClassifiesEachMemberOnce() => ManifestAudit.Complaints(s_manifest.Rows, s_types).Should().BeEmpty();

    [Fact]
    public void Manifest_Reasons_LeadToPatches() => ManifestAudit.BrokenReasons(s_manifest.Rows).Should().BeEmpty();

    [Fact]
    public void Surface_OfThisFramework_HasTheTypesThatWait() =>
        s_types.Should().HaveCountGreaterThan(400, "the types come from whole namespaces").And.Contain([typeof(Thread), typeof(System.Net.Sockets.Socket), typeof(Console), typeof(System.Net.Mail.SmtpClient)]);

    /// <summary>A few hundred of the thousands; removing a row of each action is among them.</summary>
    [Fact]
    public void Audit_WithoutARow_NamesWhatTheRowClassified()
    {
        int asked = 0;
        foreach (IGrouping<ManifestAction, ManifestRow> action in s_manifest.Rows.Where(row => s_types.Any(type => type.FullName == row.Type)).GroupBy(row => row.Action))
        {
            foreach (ManifestRow removed in action.Where((row, i) => i % 23 == 0 && (row.Action != ManifestAction.Patch || IsPublic(row))))
            {
                Type type = s_types.Single(type => type.FullName == removed.Type);
                IEnumerable<ManifestRow> rest = s_manifest.Rows.Where(row => row != removed && row.Type == removed.Type);

                List<string> complaints = ManifestAudit.Complaints(rest, [type]);

                complaints.Should().HaveCount(removed.IsWholeType ? removed.Members : 1).And.OnlyContain(complaint => complaint.Contains("is not classified"));
                if (!removed.IsWholeType) complaints.Single().Should().StartWith(removed.Target);
                asked++;
            }
        }
        asked.Should().BeGreaterThan(150);
    }

    [Fact]
    public void Audit_OneMoreType_WantsARowForEachMember()
    {
        List<string> complaints = ManifestAudit.Complaints(s_manifest.Rows, s_types.Append(typeof(Turnstile)));

        complaints.Should().HaveCount(5).And.OnlyContain(complaint => complaint.Contains("Turnstile") && complaint.Contains("is not classified"));
        complaints.Select(complaint => complaint[(complaint.LastIndexOf("Turnstile.", StringComparison.Ordinal) + 10)..].Split(' ')[0])
            .Should().BeEquivalentTo(".ctor()", "Pass(System.TimeSpan)", "get_Count()", "set_Count(System.Int32)", "OnPassed()");
    }

    [Fact]
    public void Audit_OneMoreMember_OfAWholeType_IsNoticed()
    {
        ManifestRow row = Whole(typeof(Turnstile), members: 4);

        ManifestAudit.Complaints([row], [typeof(Turnstile)]).Should().ContainSingle().Which.Should().Contain("was written for 4 members").And.Contain("it has 5");
        ManifestAudit.Complaints([Whole(typeof(Turnstile), members: 5)], [typeof(Turnstile)]).Should().BeEmpty();
    }

    [Fact]
    public void Audit_TwoAnswersForOneMember_AreNoticed()
    {
        ManifestRow whole = Whole(typeof(Turnstile), members: 5), own = Row("Pass(System.TimeSpan)");

        ManifestAudit.Complaints([whole, own], [typeof(Turnstile)]).Should().ContainSingle().Which.Should().Contain("has a row of its own");
        ManifestAudit.Complaints([whole, Row("Pass(System.TimeSpan)"), own], [typeof(Turnstile)]).Should().Contain(complaint => complaint.Contains("has 2 rows"));
    }

    [Fact]
    public void Audit_RowWithoutAMember_IsNoticed() =>
        ManifestAudit.Complaints([Whole(typeof(Turnstile), members: 5), Row("Pass(System.Int32)")], [typeof(Turnstile)]).Should().ContainSingle().Which.Should().Contain("was it renamed?");

    [Theory]
    [InlineData("through Turnstile.Vanish()", "which is neither patched nor inherits")]
    [InlineData("through something that waits", "names no member")]
    public void Reasons_ThatLeadNowhere_AreNoticed(string reason, string expected)
    {
        ManifestRow row = Row("Pass(System.TimeSpan)");
        row.Action = ManifestAction.Inherits;
        row.Reason = reason;

        ManifestAudit.BrokenReasons([row]).Should().ContainSingle().Which.Should().Contain(expected);
    }

    private static bool IsPublic(ManifestRow row) =>
        BlockingSurface.Members(s_types.Single(type => type.FullName == row.Type)).Any(member => TypeText.Of(member) == row.Member);

    private static ManifestRow Row(string member) => new()
    {
        Assembly = typeof(Turnstile).Assembly.GetName().Name!, Type = typeof(Turnstile).FullName!, Member = member, Action = ManifestAction.Pass, Group = PatchGroups.Wait,
    };

    private static ManifestRow Whole(Type type, int members)
    {
        ManifestRow row = Row(ManifestRow.WholeType);
        row.Type = type.FullName!;
        row.Members = members;
        return row;
    }

    /// <summary>What a later framework might add.</summary>
    public class Turnstile
    {
        public int Count { get; set; }

        public void Pass(TimeSpan timeout) => Thread.Sleep(timeout);

        protected virtual void OnPassed() => Count++;

        private void Unlock() => Count--;
    }
}
