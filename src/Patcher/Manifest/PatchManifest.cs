using System;
using System.IO;

namespace Patchy.Manifest;

/// <summary>The list of what is replaced by what. The format is described in docs/manifest.md.</summary>
internal sealed class PatchManifest
{
    private const string Resource = "patch-manifest.json";

    public PatchManifest(string name, ManifestRow[] rows)
    {
        Name = name;
        Rows = rows;
    }

    /// <summary>The file, for messages.</summary>
    public string Name { get; }

    public ManifestRow[] Rows { get; }

    /// <summary>Reads the manifest at the path, or what patching needs of the one inside Patchy when it is null.</summary>
    /// <exception cref="PatchException">The file is missing or wrong.</exception>
    public static PatchManifest Load(string? path) => path is null ? Embedded(ManifestPart.Patches) : FromFile(path);

    /// <summary>Reads all of the manifest at the path, or all of the one inside Patchy when it is null: for questions about members.</summary>
    /// <exception cref="PatchException">The file is missing or wrong.</exception>
    public static PatchManifest LoadWhole(string? path = null) => path is null ? Embedded(ManifestPart.Whole) : FromFile(path);

    private static PatchManifest FromFile(string path)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PatchException($"The patch manifest \"{path}\" cannot be read: {e.Message} Correct PatchOptions.ManifestPath, or leave it out to use the manifest inside Patchy. Nothing was patched.", e);
        }
        return new ManifestReader(path, text).Read();
    }

    private static unsafe PatchManifest Embedded(ManifestPart part)
    {
        using var stream = (UnmanagedMemoryStream?)typeof(PatchManifest).Assembly.GetManifestResourceStream(Resource)
            ?? throw new PatchException($"Patchy.dll does not contain {Resource}: it was built wrongly. Nothing was patched.");

        // SAFETY: the resource lies in the loaded image of this assembly, which is never unloaded while its code runs.
        var text = new ReadOnlySpan<byte>(stream.PositionPointer, checked((int)stream.Length));
        return new ManifestReader($"{Resource} (inside Patchy)", text).Read(part);
    }
}
