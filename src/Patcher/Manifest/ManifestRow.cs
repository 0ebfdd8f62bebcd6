namespace Patchy.Manifest;

/// <summary>One row of the manifest, as written.</summary>
internal sealed class ManifestRow
{
    /// <summary>The line in the file on which the row begins.</summary>
    public int Line { get; set; }

    public string Assembly { get; set; } = "";
    public string Type { get; set; } = "";

    /// <summary>The name with its parameter types: "Sleep(System.Int32)".</summary>
    public string Member { get; set; } = "";

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

    /// <summary>The full name of the member, for messages.</summary>
    public string Target => $"{Type}.{Member}";
}
