using System;
using System.Collections.Generic;
using System.Text.Json;

namespace Patchy.Detours;

/// <summary>
/// The runtime's description of itself (dotnet/runtime docs/design/datacontracts/data_descriptor.md, compact JSON): contract versions,
/// field offsets ("Type.Field", and "Type.!" for the size), and globals as indexes into the pointer table.
/// </summary>
internal sealed class ContractDescriptor
{
    private readonly Dictionary<string, int> _contracts = [];
    private readonly Dictionary<string, int> _offsets = [];
    private readonly Dictionary<string, int> _globals = [];

    public static ContractDescriptor Parse(ReadOnlySpan<byte> json)
    {
        var result = new ContractDescriptor();
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("contracts"u8)) result.ReadContracts(ref reader);
                else if (reader.ValueTextEquals("types"u8)) result.ReadTypes(ref reader);
                else if (reader.ValueTextEquals("globals"u8)) result.ReadGlobals(ref reader);
                else reader.Skip();
            }
        }
        catch (JsonException e)
        {
            throw new DetourRefusedException(DetourRefusal.Contract, $"The runtime's contract descriptor is not readable JSON ({e.Message}).");
        }
        return result;
    }

    /// <summary>The version of a contract, or 0 when the runtime does not have it.</summary>
    public int Contract(string name) => _contracts.GetValueOrDefault(name);

    /// <summary>The offset of a field; "Type.!" is the size of the type.</summary>
    public int Offset(string field) => _offsets.TryGetValue(field, out int offset) ? offset : throw Missing(field);

    /// <summary>The index of a global in the pointer table.</summary>
    public int PointerIndex(string global) => _globals.TryGetValue(global, out int index) ? index : throw Missing(global);

    private static DetourRefusedException Missing(string what) =>
        new(DetourRefusal.Contract, $"The runtime's contract descriptor has no {what}.");

    private void ReadContracts(ref Utf8JsonReader reader)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            _contracts[name] = reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : -1;
        }
    }

    private void ReadTypes(ref Utf8JsonReader reader)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Only the types that are asked for: the names of the others need not become strings.
            bool wanted = reader.ValueTextEquals("MethodDesc"u8) || reader.ValueTextEquals("MethodDescCodeData"u8) || reader.ValueTextEquals("MethodDescVersioningState"u8)
                || reader.ValueTextEquals("NativeCodeVersionNode"u8) || reader.ValueTextEquals("PrecodeMachineDescriptor"u8) || reader.ValueTextEquals("PlatformMetadata"u8)
                || reader.ValueTextEquals("FixupPrecodeData"u8) || reader.ValueTextEquals("PInvokeMethodDesc"u8) || reader.ValueTextEquals("MethodDescChunk"u8);
            if (!wanted)
            {
                reader.Skip();
                continue;
            }
            string type = reader.GetString()!;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string field = $"{type}.{reader.GetString()}";
                reader.Read();
                bool typed = reader.TokenType == JsonTokenType.StartArray; // [offset, "type"]
                if (typed) reader.Read();
                _offsets[field] = reader.GetInt32();
                while (typed && reader.TokenType != JsonTokenType.EndArray) reader.Read();
            }
        }
    }

    private void ReadGlobals(ref Utf8JsonReader reader)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = reader.ValueTextEquals("PlatformMetadata"u8) || reader.ValueTextEquals("MethodDescSizeTable"u8);
            string name = wanted ? reader.GetString()! : "";
            reader.Read();
            int depth = reader.CurrentDepth;
            if (reader.TokenType != JsonTokenType.StartArray) continue;
            reader.Read();
            if (wanted && reader.TokenType == JsonTokenType.StartArray && reader.Read()) _globals[name] = reader.GetInt32(); // [[index], "pointer"]
            while (reader.CurrentDepth > depth || reader.TokenType != JsonTokenType.EndArray) reader.Read();
        }
    }
}
