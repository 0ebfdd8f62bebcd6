using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace Patchy.Tool.Running;

/// <summary>Executables of the .NET SDK, known by the mark that each of them carries: the SHA-256 of ".net core bundle", beside which the SDK notes where the bundle is.</summary>
internal static unsafe class AppHost
{
    private static ReadOnlySpan<byte> Mark =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    public static bool IsOne(string path) => Search(path, static text => text.StartsWith("\u007fELF"u8) && text.IndexOf(Mark) >= 0);

    /// <summary>True when the runtimeconfig.json inside of a single file turns startup hooks off. It is stored as it is, also where assemblies are compressed.</summary>
    public static bool TurnsHooksOff(string path) => Search(path, static text =>
    {
        byte[] key = Encoding.ASCII.GetBytes($"\"{RuntimeSettings.HookSwitch}\":");
        for (int at; (at = text.IndexOf(key)) >= 0; text = text[(at + key.Length)..])
        {
            if (text[(at + key.Length)..].TrimStart(" \t\r\n"u8).StartsWith("false"u8)) return true;
        }
        return false;
    });

    private delegate bool Question(ReadOnlySpan<byte> text);

    private static bool Search(string path, Question question)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length is 0 or > int.MaxValue) return false;
            using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, stream.Length, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            try
            {
                // SAFETY: the view is as long as the file, and is kept open until the search has ended.
                return question(new ReadOnlySpan<byte>(start, (int)stream.Length));
            }
            finally
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ExitCodes.NotRunnable, $"{path} cannot be read: {e.Message}");
        }
    }
}
