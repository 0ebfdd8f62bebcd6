using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using Patchy.Launch;
using Patchy.Manifest;

namespace Patchy.Tool.Listing;

/// <summary>`patchy list`: the manifest inside Patchy.</summary>
internal static class ListCommand
{
    private static readonly Option<string> s_group = new Option<string>("--group") { HelpName = "group", Description = "Only this group." }.AcceptOnlyFromAmong([.. LaunchOptions.GroupWords()]);
    private static readonly Option<string> s_action = new Option<string>("--action") { HelpName = "patch|inherits|pass|refuse", Description = "Only what is done so with." }
        .AcceptOnlyFromAmong("patch", "inherits", "pass", "refuse");
    private static readonly Option<string> s_type = new("--type") { HelpName = "text", Description = "Only types whose full name has this in it." };
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON array, with full names and everything that the table leaves out.", Arity = ArgumentArity.Zero };
    private static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Create()
    {
        var command = new Command("list", "Lists what Patchy does with each member of the class library that can block.") { s_group, s_action, s_type, s_json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        List<ListedMember> members = [.. PatchManifest.LoadWhole().Rows
            .Select(ListedMember.Of)
            .Where(member => Fits(result, member))
            .OrderBy(static member => member.Type, StringComparer.Ordinal).ThenBy(static member => member.Member, StringComparer.Ordinal)];
        if (result.GetValue(s_json)) Console.Out.WriteLine(JsonSerializer.Serialize(members, s_layout));
        else PrintTable(members);
        return ExitCodes.Done;
    }

    private static bool Fits(ParseResult result, ListedMember member) =>
        (result.GetValue(s_group) is not { } group || member.Group == group) &&
        (result.GetValue(s_action) is not { } action || member.Action == action) &&
        (result.GetValue(s_type) is not { } type || member.Type.Contains(type, StringComparison.OrdinalIgnoreCase));

    private static void PrintTable(List<ListedMember> members)
    {
        var table = new OutputTable("group", "action", "member", "how, or why");
        foreach (ListedMember member in members) table.Add(member.Group, member.Action, MethodText.Short($"{member.Type}.{member.Member}"), member.Replacement ?? member.Reason ?? "");
        table.Print();
        IEnumerable<string> sums = members.GroupBy(static member => member.Action).OrderBy(static group => group.Key, StringComparer.Ordinal).Select(static group => $"{group.Count()} {group.Key}");
        Console.Out.WriteLine($"{members.Count} members{(members.Count == 0 ? "" : ": ")}{string.Join(", ", sums)}");
    }
}
