using System;

namespace Patchy.Manifest;

/// <summary>One row of the manifest, as written.</summary>
internal sealed class ManifestRow
{
    public const string WholeType = "*";

    /// <summary>How the reason of a virtual member begins that the framework overrides in different ways.</summary>
    public const string OverrideDecides = "an override decides";

    private const string Below = " below it";

    /// <summary>The line in the file on which the row begins.</summary>
    public int Line { get; set; }

    public string Assembly { get; set; } = "";
    public string Type { get; set; } = "";

    /// <summary>The name with its parameter types: "Sleep(System.Int32)". Or "*": all members of a type of which none blocks.</summary>
    public string Member { get; set; } = "";

    /// <summary>For a whole type: how many members it had when that was decided, so that one more is looked at. Else 0.</summary>
    public int Members { get; set; }

    public bool IsWholeType => Member == WholeType;

    public ManifestAction Action { get; set; }
    public PatchGroups Group { get; set; }
    public ManifestMechanism Mechanism { get; set; }

    /// <summary>"Namespace.Type.Method, Assembly" for a patch, else null.</summary>
    public string? Replacement { get; set; }

    /// <summary>Rows with a lower number are applied first; rows of one number in the order of the file.</summary>
    public int Order { get; set; }

    /// <summary>Groups without which this row makes no sense: they are patched as well.</summary>
    public PatchGroups Requires { get; set; }

    /// <summary>For inherits: through what. For refuse: why.</summary>
    public string? Reason { get; set; }

    /// <summary>Cooperative as far as something else is that only runs show: an override, or the stream below. docs/manifest.md has the words.</summary>
    public bool DependsOnReceiver =>
        Action == ManifestAction.Inherits && Reason is { } reason && (reason.StartsWith(OverrideDecides, StringComparison.Ordinal) || reason.Contains(Below, StringComparison.Ordinal));

    /// <summary>The full name of the member, for messages.</summary>
    public string Target => $"{Type}.{Member}";
}
