using System.Text.Json;
using Patchy.Manifest;

namespace Patchy.Tool.Tests;

/// <summary>`patchy list` is the manifest.</summary>
public class ListTests
{
    [Fact]
    public void List_Json_HasEachRowOfTheManifest()
    {
        List<JsonElement> rows = Json();

        rows.Select(static row => $"{row.GetProperty("type")}.{row.GetProperty("member")}").Should().BeEquivalentTo(PatchManifest.LoadWhole().Rows.Select(static row => row.Target));
        JsonElement sleep = rows.Single(static row => row.GetProperty("type").GetString() == "System.Threading.Thread" && row.GetProperty("member").GetString() == "Sleep(System.Int32)");
        sleep.GetProperty("action").GetString().Should().Be("patch");
        sleep.GetProperty("replacement").GetString().Should().Be("Patchy.Threading.CooperativeSleep.Sleep, Patchy.Hub");
    }

    [Theory]
    [InlineData("--group", "dns", "group")]
    [InlineData("--action", "inherits", "action")]
    public void List_Filter_LeavesWhatFits(string option, string value, string property)
    {
        List<JsonElement> rows = Json(option, value);

        rows.Should().NotBeEmpty().And.OnlyContain(row => row.GetProperty(property).GetString() == value);
        rows.Count.Should().BeLessThan(Json().Count);
    }

    [Fact]
    public void List_Type_IsLookedForWithoutRegardToCase()
    {
        List<JsonElement> rows = Json("--type", "semaphoreslim", "--action", "patch");
        rows.Should().BeEmpty("SemaphoreSlim inherits");

        Json("--type", "semaphoreslim").Should().NotBeEmpty().And.OnlyContain(static row => row.GetProperty("type").GetString() == "System.Threading.SemaphoreSlim");
    }

    [Fact]
    public void List_Table_HasALineForEachMemberAndTheSums()
    {
        ToolRun run = ToolRun.Patchy("list", "--group", "time");

        run.Lines.Should().Contain(static line => line.StartsWith("time   patch     Thread.Sleep(int) "));
        run.Lines.Should().HaveCount(Json("--group", "time").Count + 2, "a head and the sums");
        run.Lines[^1].Should().MatchRegex(@"^\d+ members: \d+ inherits, \d+ pass, \d+ patch");
    }

    private static List<JsonElement> Json(params string[] options)
    {
        using JsonDocument document = JsonDocument.Parse(ToolRun.Patchy(["list", "--json", .. options]).Output);
        return [.. document.RootElement.EnumerateArray().Select(static row => row.Clone())];
    }
}
