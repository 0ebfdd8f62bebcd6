using System;
using System.IO;
using System.Text.Json;

namespace Patchy.Tool.Running;

/// <summary>What matters here of the runtimeconfig.json of a program.</summary>
internal sealed record RuntimeSettings(bool StartupHooks)
{
    public const string HookSwitch = "System.StartupHookProvider.IsSupported";

    /// <summary>The settings of the program, or null when there are none beside it.</summary>
    public static RuntimeSettings? Beside(string program)
    {
        bool library = Path.GetExtension(program).Equals(".dll", StringComparison.OrdinalIgnoreCase);
        string path = (library ? Path.ChangeExtension(program, null) : program) + ".runtimeconfig.json";
        if (!File.Exists(path)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            bool off = document.RootElement.TryGetProperty("runtimeOptions", out JsonElement options)
                && options.TryGetProperty("configProperties", out JsonElement properties)
                && properties.TryGetProperty(HookSwitch, out JsonElement value)
                && value.ToString().Equals("false", StringComparison.OrdinalIgnoreCase);
            return new RuntimeSettings(!off);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new RuntimeSettings(StartupHooks: true); // the host will say what is wrong with it
        }
    }
}
