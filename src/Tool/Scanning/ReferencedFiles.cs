using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Patchy.Tool.Scanning;

/// <summary>An assembly, and those beside it that it refers to, directly or not. The framework is somewhere else, and Patchy itself need not be scanned.</summary>
internal static class ReferencedFiles
{
    /// <exception cref="ToolException">One of them cannot be read.</exception>
    public static IReadOnlyList<string> From(string path)
    {
        List<string> files = [path];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase) { Path.GetFileNameWithoutExtension(path), "Patchy", "Patchy.Hub", "Patchy.Sockets", "Patchy.StartupHook", "Iced" };
        for (int i = 0; i < files.Count; i++)
        {
            foreach (string name in References(files[i]))
            {
                string file = Path.Combine(folder, name + ".dll");
                if (seen.Add(name) && File.Exists(file)) files.Add(file);
            }
        }
        return files;
    }

    private static List<string> References(string path)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(path));
            if (!image.HasMetadata) return [];
            MetadataReader metadata = image.GetMetadataReader();
            List<string> names = [];
            foreach (AssemblyReferenceHandle handle in metadata.AssemblyReferences) names.Add(metadata.GetString(metadata.GetAssemblyReference(handle).Name));
            return names;
        }
        catch (BadImageFormatException)
        {
            return []; // the scan says so
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCodes.NotRunnable, $"{path} cannot be read: {e.Message}");
        }
    }
}
