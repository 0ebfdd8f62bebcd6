using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patchy.Tool.Doctor;

/// <summary>`patchy doctor`: does Patchy work on this machine, how well, and which limit will be met first.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON array.", Arity = ArgumentArity.Zero };
    private static readonly JsonSerializerOptions s_layout = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var command = new Command("doctor", "Says whether this machine and runtime are fit for Patchy, which limits there are, and patches a process to see. Exit code 1 when something fails.") { s_json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        List<Check> checks = [.. RuntimeChecks.All(), .. LimitChecks.All(), .. SelfTestChecks.All()];
        if (result.GetValue(s_json)) Console.Out.WriteLine(JsonSerializer.Serialize(checks, s_layout));
        else PrintTable(checks);
        return checks.Any(static check => check.State == CheckState.Failed) ? ExitCodes.No : ExitCodes.Done;
    }

    private static void PrintTable(List<Check> checks)
    {
        var table = new OutputTable("", "check", "found");
        foreach (Check check in checks)
        {
            table.Add(check.State.ToString().ToLowerInvariant(), check.Name, check.Found);
            if (check.Advice is { } advice) table.Add("", "", "-> " + advice);
        }
        table.Print();
        int failed = checks.Count(static check => check.State == CheckState.Failed), notes = checks.Count(static check => check.State == CheckState.Note);
        Console.Out.WriteLine(failed > 0 ? $"Patchy does not work here: {failed} of {checks.Count} checks failed." : $"Patchy works here{(notes > 0 ? $", with {notes} to note" : "")}.");
    }
}
