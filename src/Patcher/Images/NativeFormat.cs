using System;
using System.Collections.Generic;

namespace Patchy.Images;

/// <summary>The integers and hash tables of the native format (dotnet/runtime src/coreclr/tools/Common/Internal/NativeFormat).</summary>
internal static class NativeFormat
{
    /// <summary>A number of one to five bytes: the low bits of the first byte say how many.</summary>
    public static uint Unsigned(ReadOnlySpan<byte> image, ref int at)
    {
        uint first = image[at];
        if ((first & 1) == 0) return Take(first >> 1, 1, ref at);
        if ((first & 2) == 0) return Take((first >> 2) | ((uint)image[at + 1] << 6), 2, ref at);
        if ((first & 4) == 0) return Take((first >> 3) | ((uint)image[at + 1] << 5) | ((uint)image[at + 2] << 13), 3, ref at);
        if ((first & 8) == 0) return Take((first >> 4) | ((uint)image[at + 1] << 4) | ((uint)image[at + 2] << 12) | ((uint)image[at + 3] << 20), 4, ref at);
        if ((first & 16) == 0) return Take(BitConverter.ToUInt32(image[(at + 1)..]), 5, ref at);
        throw new BadImageFormatException($"no number at 0x{at:x}");
    }

    /// <summary>As above, with the sign in the last byte.</summary>
    public static int Signed(ReadOnlySpan<byte> image, ref int at)
    {
        int first = image[at];
        if ((first & 1) == 0) return Take((sbyte)first >> 1, 1, ref at);
        if ((first & 2) == 0) return Take((first >> 2) | ((sbyte)image[at + 1] << 6), 2, ref at);
        if ((first & 4) == 0) return Take((first >> 3) | (image[at + 1] << 5) | ((sbyte)image[at + 2] << 13), 3, ref at);
        if ((first & 8) == 0) return Take((first >> 4) | (image[at + 1] << 4) | (image[at + 2] << 12) | ((sbyte)image[at + 3] << 20), 4, ref at);
        if ((first & 16) == 0) return Take(BitConverter.ToInt32(image[(at + 1)..]), 5, ref at);
        throw new BadImageFormatException($"no number at 0x{at:x}");
    }

    /// <summary>The offsets of all entries of a hash table.</summary>
    public static List<int> HashTableEntries(ReadOnlySpan<byte> image, int start)
    {
        int header = image[start], origin = start + 1, buckets = 1 << (header >> 2), indexSize = header & 3;
        var entries = new List<int>();
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            int at = origin + Index(image, origin, indexSize, bucket), end = origin + Index(image, origin, indexSize, bucket + 1);
            while (at < end)
            {
                at++; // the low byte of the hash code
                int entry = at;
                entries.Add(entry + Signed(image, ref at));
            }
        }
        return entries;
    }

    private static int Index(ReadOnlySpan<byte> image, int origin, int size, int index) => size switch
    {
        0 => image[origin + index],
        1 => BitConverter.ToUInt16(image[(origin + (2 * index))..]),
        _ => BitConverter.ToInt32(image[(origin + (4 * index))..]),
    };

    private static T Take<T>(T value, int bytes, ref int at)
    {
        at += bytes;
        return value;
    }
}
