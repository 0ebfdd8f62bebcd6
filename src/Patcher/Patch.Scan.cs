using System;
using System.IO;
using System.Reflection;
using System.Reflection.PortableExecutable;
using Patchy.Manifest;
using Patchy.Scan;

namespace Patchy;

public static partial class Patch
{
    /// <summary>
    /// Which calls of an assembly are cooperative when everything is patched, which block, and which are native code that nobody knows. Only reads the file; patches and loads
    /// nothing. May be called from any thread. gevent has no counterpart.
    /// </summary>
    /// <param name="path">The assembly's file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="BadImageFormatException">The file is no .NET assembly.</exception>
    public static BlockScan WhatBlocks(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = new PEReader(new MemoryStream(System.IO.File.ReadAllBytes(path)));
        bool managed;
        try
        {
            managed = file.HasMetadata;
        }
        catch (BadImageFormatException e)
        {
            throw NotManaged(path, e);
        }
        return managed ? new AssemblyScanner(file, PatchManifest.LoadWhole()).Scan() : throw NotManaged(path, null);
    }

    /// <summary>As the other, for an assembly that is loaded.</summary>
    /// <param name="assembly">One that was loaded from a file.</param>
    /// <exception cref="NotSupportedException">It has no file: it was made in memory, or is part of a single-file application. Scan the file from which it was made.</exception>
    public static BlockScan WhatBlocks(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        string path = Images.InliningRecord.LocationOf(assembly);
        return path.Length > 0 ? WhatBlocks(path) : throw new NotSupportedException($"{assembly.GetName().Name} has no file: it was made in memory, or is part of a single-file application. Scan the file from which it was made.");
    }

    private static BadImageFormatException NotManaged(string path, Exception? inner) => new($"\"{path}\" is no .NET assembly. Give the .dll, not the native executable beside it.", path, inner);
}
