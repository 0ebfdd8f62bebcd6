using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace Patchy.Tool.Scanning;

/// <summary>`patchy scan app.dll`: which calls of a program would go on blocking.</summary>
internal static class ScanCommand
{
    private static readonly Argument<string> s_file = new("assembly") { Description = "A .dll, or the executable beside it." };
    private static readonly Option<bool> s_references = new("--references") { Description = "Also the assemblies in its folder that it refers to.", Arity = ArgumentArity.Zero };
    private static readonly Option<bool> s_check = new("--check") { Description = "Exit code 1 when there is a call that blocks.", Arity = ArgumentArity.Zero };
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON array with each call.", Arity = ArgumentArity.Zero };
    private static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Create()
    {
        var command = new Command("scan", "Lists the calls of an assembly that can block: which become cooperative, which go on blocking, and which are native code that nobody knows. Runs nothing of it.")
        {
            s_file,
            s_references,
            s_check,
            s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        string path = Assembly(result.GetValue(s_file)!);
        List<BlockScan> scans = [.. (result.GetValue(s_references) ? ReferencedFiles.From(path) : [path]).Select(Scan)];
        if (result.GetValue(s_json)) Console.Out.WriteLine(JsonSerializer.Serialize(scans.SelectMany(static scan => scan.Calls.Select(call => FoundCall.Of(scan, call))), s_layout));
        else Console.Out.Write(string.Join('\n', scans));
        return result.GetValue(s_check) && scans.Any(static scan => scan.Count(CallVerdict.Blocks) > 0) ? ExitCodes.No : ExitCodes.Done;
    }

    /// <summary>The executable of the SDK has the code in the .dll of the same name.</summary>
    private static string Assembly(string path)
    {
        if (!File.Exists(path)) throw new ToolException(ExitCodes.NotFound, $"there is no file {path}.");
        string library = path + ".dll";
        return !Path.GetExtension(path).Equals(".dll", StringComparison.OrdinalIgnoreCase) && File.Exists(library) ? library : path;
    }

    private static BlockScan Scan(string path)
    {
        try
        {
            return Patch.WhatBlocks(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw new ToolException(ExitCodes.NotRunnable, e.Message);
        }
    }
}
