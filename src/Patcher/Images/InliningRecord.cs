using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace Patchy.Images;

/// <summary>
/// Who has a method inlined, by the records that the ahead-of-time compiler keeps in the images. What the JIT has inlined in this process is written down nowhere: a
/// method that it may have inlined is late.
/// </summary>
internal static class InliningRecord
{
    private const int Shown = 5;
    private static readonly Dictionary<string, ReadyToRunImage> s_images = [];

    /// <summary>Null when no code is known to have the method inlined; else a sentence that names it.</summary>
    public static string? Of(MethodBase method)
    {
        if (Image(method.Module.Assembly) is not { HasCode: true } image) return null;
        string name = method.Module.Assembly.GetName().Name ?? "";
        if (image.IsComposite) return $"{name} is part of a composite image: code that was compiled ahead of time with it may have it inlined, and is not redirected";
        IReadOnlyList<string> inliners = image.InlinersOf(method.MetadataToken);
        if (inliners.Count == 0) return null;
        string callers = string.Join(", ", inliners.Distinct().Take(Shown));
        return $"code of {name} that was compiled ahead of time has it inlined and is not redirected: {callers}{(inliners.Count > Shown ? $" and others, {inliners.Count} in all" : "")}";
    }

    /// <summary>Null when an assembly has none of other assemblies' methods inlined; else a sentence.</summary>
    public static string? OfOthers(Assembly assembly)
    {
        if (Image(assembly) is not { HasCode: true } image) return null;
        string name = assembly.GetName().Name ?? "";
        if (image.IsComposite) return $"{name} is part of a composite image: its code may have methods of any other part inlined, and is not redirected there. DOTNET_ReadyToRun=0 avoids that.";
        return image.ForeignInlinees > 0 ? $"{name} was compiled ahead of time with {image.ForeignInlinees} methods of other assemblies inlined: where they are patched it is not redirected. DOTNET_ReadyToRun=0 avoids that." : null;
    }

    /// <summary>The image from which an assembly was loaded; null when it has no file (single-file applications, assemblies from memory).</summary>
    public static ReadyToRunImage? Image(Assembly assembly)
    {
        string path = LocationOf(assembly);
        if (path.Length == 0) return null;
        lock (s_images)
        {
            if (s_images.TryGetValue(path, out ReadyToRunImage? image)) return image;
            try
            {
                image = new ReadyToRunImage(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
            {
                return null;
            }
            s_images.Add(path, image);
            return image;
        }
    }

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "an empty path is handled")]
    public static string LocationOf(Assembly assembly) => assembly.IsDynamic ? "" : assembly.Location;
}
