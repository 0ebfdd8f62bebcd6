using System.Text.Json;

namespace Patchy.Manifest;

/// <summary>The groups by the names that a manifest uses.</summary>
internal static class GroupNames
{
    public const string List = "time, thread, monitor, wait, task, socket, dns, select, process, pipe, console, file";

    /// <summary><see cref="PatchGroups.None"/> when the text is no group.</summary>
    public static PatchGroups Parse(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("time"u8) ? PatchGroups.Time :
        reader.ValueTextEquals("thread"u8) ? PatchGroups.Thread :
        reader.ValueTextEquals("monitor"u8) ? PatchGroups.Monitor :
        reader.ValueTextEquals("wait"u8) ? PatchGroups.Wait :
        reader.ValueTextEquals("task"u8) ? PatchGroups.Task :
        reader.ValueTextEquals("socket"u8) ? PatchGroups.Socket :
        reader.ValueTextEquals("dns"u8) ? PatchGroups.Dns :
        reader.ValueTextEquals("select"u8) ? PatchGroups.Select :
        reader.ValueTextEquals("process"u8) ? PatchGroups.Process :
        reader.ValueTextEquals("pipe"u8) ? PatchGroups.Pipe :
        reader.ValueTextEquals("console"u8) ? PatchGroups.Console :
        reader.ValueTextEquals("file"u8) ? PatchGroups.File : PatchGroups.None;
}
