using System.Text;
using FluentAssertions;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;

public sealed class ManifestReaderTests
{
    private const string Sleep =
        """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int32)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "A.B.C, D" }""";

    [Fact]
    public void Read_AllFields_KeepsThem()
    {
        ManifestRow row = Read("""
            { "version": 1, "note": "a file", "patches": [

              { "assembly": "X", "type": "N.T", "member": "M(System.Int32, System.String)", "action": "patch", "group": "dns", "mechanism": "slot",
                "replacement": "A.B.C, D", "order": -3, "requires": ["time", "monitor"], "note": "why" } ] }
            """).Rows[0];

        row.Should().BeEquivalentTo(new
        {
            Line = 3, Assembly = "X", Type = "N.T", Member = "M(System.Int32,System.String)", Action = ManifestAction.Patch, Group = PatchGroups.Dns,
            Mechanism = ManifestMechanism.Slot, Replacement = "A.B.C, D", Order = -3, Requires = PatchGroups.Time | PatchGroups.Monitor,
        });
    }

    [Fact]
    public void Read_EmbeddedManifest_HasRowsAndNoErrors() => PatchManifest.Load(null).Rows.Should().Contain(row => row.Target == "System.Threading.Thread.Sleep(System.Int32)");

    [Theory]
    [InlineData("{ \"version\": 1,\n  \"patches\": [ { \"assembly\" \"X\" } ] }", "line 2, column 29: this is not JSON")]
    [InlineData("{ \"version\": 1, \"patches\": [", "line 1, column 29: this is not JSON")]
    [InlineData("[]", "a manifest is an object")]
    [InlineData("{ \"version\": 2, \"patches\": [] }", "reads manifests of version 1, found 2")]
    [InlineData("{ \"version\": \"one\", \"patches\": [] }", "found \"one\"")]
    [InlineData("{ \"patches\": [] }", "\"version\": 1 is missing")]
    [InlineData("{ \"version\": 1 }", "\"patches\" is missing")]
    [InlineData("{ \"version\": 1, \"patches\": {} }", "\"patches\" is an array")]
    [InlineData("{ \"version\": 1, \"patches\": [ 5 ] }", "a row is an object, found 5")]
    [InlineData("{ \"version\": 1, \"patches\": [], \"patches\": [] }", "\"patches\" is there twice")]
    [InlineData("{ \"version\": 1, \"patches\": [], \"classified\": 5 }", "\"classified\" is an array")]
    [InlineData("{ \"version\": 1, \"classified\": [], \"classified\": [] }", "\"classified\" is there twice")]
    [InlineData("{ \"version\": 1, \"rows\": [] }", "unknown field \"rows\"; the fields here are version, patches, classified, note")]
    public void Read_FileWrong_SaysWhereAndWhat(string text, string expected) => Error(text).Should().StartWith("m.json").And.Contain(expected).And.EndWith("Nothing was patched.");

    [Theory]
    [InlineData("\"group\": \"time\"", "\"group\": \"tyme\"", "unknown group \"tyme\"; the groups are time, thread, monitor, wait, task, socket, dns")]
    [InlineData("\"group\": \"time\", ", "", "\"group\" is missing")]
    [InlineData("\"action\": \"patch\"", "\"action\": \"patsch\"", "unknown action \"patsch\"; the actions are patch, inherits, pass, refuse")]
    [InlineData("\"action\": \"patch\", ", "", "\"action\" is missing")]
    [InlineData("\"mechanism\": \"cell\"", "\"mechanism\": \"jump\"", "unknown mechanism \"jump\"")]
    [InlineData("\"mechanism\": \"cell\", ", "", "needs a \"mechanism\"")]
    [InlineData(", \"replacement\": \"A.B.C, D\"", "", "needs a \"replacement\"")]
    [InlineData("\"replacement\": \"A.B.C, D\"", "\"replacement\": 5", "\"replacement\" is a text that is not empty, found 5")]
    [InlineData("\"replacement\"", "\"replacment\"", "unknown field \"replacment\"; the fields of a row are assembly, type")]
    [InlineData("Sleep(System.Int32)", "Sleep", "write the name with its parameter types")]
    [InlineData("\"action\": \"patch\"", "\"action\": \"pass\"", "action pass has no \"replacement\"")]
    [InlineData("\"group\": \"time\"", "\"group\": \"time\", \"order\": \"first\"", "\"order\" is a whole number, found \"first\"")]
    [InlineData("\"group\": \"time\"", "\"group\": \"time\", \"requires\": \"monitor\"", "\"requires\" is an array of groups")]
    [InlineData("\"group\": \"time\"", "\"group\": \"time\", \"requires\": [\"monitors\"]", "unknown group \"monitors\"")]
    [InlineData("\"assembly\": \"System.Private.CoreLib\", ", "", "\"assembly\" is missing")]
    public void Read_RowWrong_NamesFileRowAndWhatWasFound(string from, string to, string expected)
    {
        string message = Error("{ \"version\": 1, \"patches\": [\n" + Sleep.Replace(from, to, StringComparison.Ordinal) + "] }");

        message.Should().StartWith("m.json, line 2").And.Contain(expected).And.EndWith("Nothing was patched.");
    }

    [Fact]
    public void Read_RefuseWithoutReason_IsAnError() =>
        Error("{ \"version\": 1, \"patches\": [ { \"assembly\": \"X\", \"type\": \"T\", \"member\": \"M()\", \"action\": \"refuse\", \"group\": \"time\" } ] }").Should().Contain("T.M(): a row with action refuse needs a \"reason\"");

    [Theory]
    [InlineData("\"action\": \"refuse\", \"reason\": \"x\"")]
    [InlineData("\"action\": \"inherits\", \"reason\": \"x\", \"requires\": [\"time\"]")]
    public void Read_ClassifiedRowThatPatchingNeeds_IsAnError(string fields) =>
        Error("{ \"version\": 1, \"patches\": [], \"classified\": [\n" + Member("M()", fields) + "] }").Should().StartWith("m.json, line 2, T.M()").And.Contain("belong into \"patches\"");

    [Theory]
    [InlineData("*", "\"action\": \"pass\"", "the number of its \"members\"")]
    [InlineData("M()", "\"action\": \"pass\", \"members\": 3", "other rows have neither")]
    [InlineData("*", "\"action\": \"inherits\", \"reason\": \"x\", \"members\": 3", "only a type without any member that blocks")]
    [InlineData("*", "\"action\": \"pass\", \"members\": \"all\"", "\"members\" is a whole number, found \"all\"")]
    public void Read_WholeTypeWrong_IsAnError(string member, string fields, string expected) =>
        Error("{ \"version\": 1, \"patches\": [], \"classified\": [\n" + Member(member, fields) + "] }").Should().StartWith("m.json, line 2").And.Contain(expected);

    [Fact]
    public void Read_Whole_HasBothArrays()
    {
        string text = "{ \"version\": 1, \"patches\": [" + Sleep + "],\n\"classified\": [" + Member("*", "\"action\": \"pass\", \"members\": 3") + "] }";

        Read(text).Rows.Should().HaveCount(2).And.Contain(row => row.IsWholeType && row.Members == 3 && row.Line == 2);
    }

    [Fact]
    public void Read_Patches_EndsWhereTheyEnd()
    {
        string text = "{ \"version\": 1, \"patches\": [" + Sleep + "], \"classified\": this is not JSON";

        new ManifestReader("m.json", Encoding.UTF8.GetBytes(text)).Read(ManifestPart.Patches).Rows.Should().ContainSingle();
        Error(text).Should().Contain("this is not JSON", "the whole is read as strictly as ever");
    }

    [Fact]
    public void Load_EmbeddedManifest_HasAllThatPatchingNeedsAndNothingElse()
    {
        PatchManifest patching = PatchManifest.Load(null);

        patching.Rows.Should().OnlyContain(row => row.Action == ManifestAction.Patch || row.Action == ManifestAction.Refuse || row.Requires != PatchGroups.None);
        PatchManifest.LoadWhole().Rows.Length.Should().BeGreaterThan(patching.Rows.Length);
    }

    [Fact]
    public void Read_DuplicateRow_NamesBothLines() =>
        Error("{ \"version\": 1, \"patches\": [\n" + Sleep + ",\n" + Sleep + "] }").Should().Contain("line 3, System.Threading.Thread.Sleep(System.Int32): there is a row for this member already, on line 2");

    [Fact]
    public void Load_FileMissing_SaysWhatToDo()
    {
        Action load = () => PatchManifest.Load("/no/such/manifest.json");

        load.Should().Throw<PatchException>().WithMessage("The patch manifest \"/no/such/manifest.json\" cannot be read: *Correct PatchOptions.ManifestPath*Nothing was patched.");
    }

    private static string Member(string member, string fields) => "{ \"assembly\": \"X\", \"type\": \"T\", \"member\": \"" + member + "\", \"group\": \"time\", " + fields + " }";

    private static PatchManifest Read(string text) => new ManifestReader("m.json", Encoding.UTF8.GetBytes(text)).Read();

    private static string Error(string text)
    {
        Action read = () => Read(text);
        return read.Should().Throw<PatchException>().Which.Message;
    }
}
