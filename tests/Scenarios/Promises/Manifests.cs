namespace Patchy.Scenarios.Promises;

/// <summary>A manifest that is broken is refused as a whole, with the place and the reason, and the built-in one still works afterwards.</summary>
internal sealed class Manifests : IScenario
{
    private const string Row = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int32)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "Patchy.Threading.CooperativeSleep.Sleep, Patchy.Hub" }""";

    public int Run(string[] args)
    {
        var checks = new Checks();
        Refused(checks, "missing file", null, "manifest");
        Refused(checks, "empty file", "", "JSON");
        Refused(checks, "no JSON", "{ \"version\": 1, ", "JSON");
        Refused(checks, "other version", """{ "version": 99, "patches": [] }""", "version");
        Refused(checks, "unknown top field", """{ "version": 1, "patchez": [], "patches": [] }""", "patchez");
        Refused(checks, "unknown field", All(Row.Replace("\"group\"", "\"grupp\"", StringComparison.Ordinal)), "grupp");
        Refused(checks, "unknown action", All(Row.Replace("\"patch\"", "\"patsch\"", StringComparison.Ordinal)), "patsch");
        Refused(checks, "unknown group", All(Row.Replace("\"time\"", "\"thyme\"", StringComparison.Ordinal)), "thyme");
        Refused(checks, "unknown mechanism", All(Row.Replace("\"cell\"", "\"sell\"", StringComparison.Ordinal)), "sell");
        Refused(checks, "unknown type", All(Row.Replace("Threading.Thread\"", "Threading.Thred\"", StringComparison.Ordinal)), "Thred");
        Refused(checks, "unknown member", All(Row.Replace("Sleep(System.Int32)", "Slepp(System.Int32)", StringComparison.Ordinal)), "Slepp");
        Refused(checks, "unknown replacement", All(Row.Replace("CooperativeSleep.Sleep", "CooperativeSleep.Slepp", StringComparison.Ordinal)), "Slepp");
        Refused(checks, "wrong signature", All(Row.Replace("CooperativeSleep.Sleep", "CooperativeSleep.Yield", StringComparison.Ordinal)), "Sleep");
        Refused(checks, "the same twice", All(Row + ", " + Row), "Sleep");

        PatchReport report = Patch.All();
        checks.That("the built-in one works", report.Count(PatchOutcome.Applied) > 0, report.Count(PatchOutcome.Applied));
        return checks.Finish();
    }

    private static string All(string rows) => $$"""{ "version": 1, "patches": [ {{rows}} ] }""";

    private static void Refused(Checks checks, string name, string? text, string word)
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-manifest-{Environment.ProcessId}.json");
        File.Delete(path);
        if (text is not null) File.WriteAllText(path, text);
        try
        {
            PatchReport report = Patch.All(new PatchOptions { ManifestPath = path });
            checks.That(name, false, "was accepted: " + report);
        }
        catch (PatchException e)
        {
            checks.That(name, e.Message.Contains(word, StringComparison.Ordinal) && e.Message.Contains(path, StringComparison.Ordinal) && Patch.Report is null, e.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
