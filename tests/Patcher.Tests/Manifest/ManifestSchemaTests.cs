using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Json.Schema;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;

/// <summary>The schema that editors use says the same as the reader.</summary>
public sealed class ManifestSchemaTests
{
    private const string Row = """{ "assembly": "X", "type": "T", "member": "M()", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "A.B, C" }""";

    private static readonly string s_root = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../..");
    private static readonly JsonSchema s_schema = JsonSchema.FromFile(Path.Combine(s_root, "patch-manifest.schema.json"));

    [Fact]
    public void Schema_OfTheManifestInsidePatchy_IsKept()
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(s_root, "patch-manifest.json")))!;

        s_schema.Evaluate(manifest).IsValid.Should().BeTrue("an editor would underline what is wrong");
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("\"M()\"", "\"M(System.Int32, System.String)\"", true)]
    [InlineData("\"time\"", "\"time\", \"order\": 2, \"requires\": [ \"dns\" ], \"note\": \"n\"", true)]
    [InlineData("\"time\"", "\"tyme\"", false)]
    [InlineData("\"patch\"", "\"pass\"", false)]
    [InlineData("\"patch\"", "\"patsch\"", false)]
    [InlineData("\"M()\"", "\"M\"", false)]
    [InlineData("\"M()\"", "\"*\"", false)]
    [InlineData("\"cell\"", "\"jump\"", false)]
    [InlineData(", \"replacement\": \"A.B, C\"", "", false)]
    [InlineData("\"replacement\"", "\"replacment\"", false)]
    [InlineData("\"A.B, C\"", "\" \"", false)]
    [InlineData("\"time\"", "\"time\", \"requires\": [ \"clock\" ]", false)]
    [InlineData("\"patch\", \"group\": \"time\", \"mechanism\": \"cell\", \"replacement\": \"A.B, C\"", "\"refuse\", \"group\": \"time\"", false)]
    [InlineData("\"M()\", \"action\": \"patch\", \"group\": \"time\", \"mechanism\": \"cell\", \"replacement\": \"A.B, C\"", "\"*\", \"members\": 2, \"action\": \"pass\", \"group\": \"time\"", true)]
    public void Schema_OfARow_SaysWhatTheReaderSays(string from, string to, bool valid)
    {
        string text = "{ \"version\": 1, \"patches\": [" + (from.Length == 0 ? Row : Row.Replace(from, to, StringComparison.Ordinal)) + "] }";

        s_schema.Evaluate(JsonNode.Parse(text)).IsValid.Should().Be(valid);
        Accepts(text).Should().Be(valid);
    }

    [Theory]
    [InlineData("{ \"version\": 2, \"patches\": [] }")]
    [InlineData("{ \"version\": 1 }")]
    [InlineData("{ \"version\": 1, \"patches\": [], \"rows\": [] }")]
    [InlineData("{ \"version\": 1, \"patches\": [], \"classified\": [" + Row + "] }")]
    public void Schema_OfAWrongFile_RefusesItAsTheReaderDoes(string text)
    {
        s_schema.Evaluate(JsonNode.Parse(text)).IsValid.Should().BeFalse();
        Accepts(text).Should().BeFalse();
    }

    private static bool Accepts(string text)
    {
        try
        {
            new ManifestReader("m.json", Encoding.UTF8.GetBytes(text)).Read();
            return true;
        }
        catch (PatchException)
        {
            return false;
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
