using System;
using System.Buffers.Binary;
using System.Reflection;

namespace Patchy;

/// <summary>
/// Which types an exception filter (<c>catch ... when</c>) asks for: a compiler writes each test as the instruction isinst, the first one for the type
/// that the clause names.
/// </summary>
internal static class FilterTypes
{
    private const byte IsInst = 0x75;
    private const int TypeTables = 0x1B; // the highest of the three metadata tables that a type token may point to: TypeRef 01, TypeDef 02, TypeSpec 1B

    /// <summary>True when the filter asks for a type of this exception, other than Exception itself.</summary>
    public static bool Names(MethodBase method, MethodBody body, ExceptionHandlingClause filter, Exception exception)
    {
        ReadOnlySpan<byte> code = body.GetILAsByteArray();
        int end = Math.Min(filter.HandlerOffset, code.Length);
        // Byte by byte, without decoding: an operand that looks like the instruction and a token of such a type does not occur by chance.
        for (int at = filter.FilterOffset; at + 4 < end; at++)
        {
            if (code[at] != IsInst || Resolve(method, BinaryPrimitives.ReadInt32LittleEndian(code[(at + 1)..])) is not { } type) continue;
            if (type != typeof(Exception) && type != typeof(object) && type.IsInstanceOfType(exception)) return true;
        }
        return false;
    }

    private static Type? Resolve(MethodBase method, int token)
    {
        if ((token >> 24) is not (1 or 2 or TypeTables)) return null;
        try
        {
            Type[]? ofType = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
            return method.Module.ResolveType(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or TypeLoadException or System.IO.FileNotFoundException)
        {
            return null; // no type, or one that cannot be loaded: no exception can be of it
        }
    }
}
