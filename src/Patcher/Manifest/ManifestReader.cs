using System;
using System.Collections.Generic;
using System.Text.Json;

namespace Patchy.Manifest;

/// <summary>Reads a manifest strictly: a field that is not known is an error, because a typo would otherwise leave something blocking.</summary>
internal ref struct ManifestReader
{
    private const int Version = 1;
    private const string Fields = "assembly, type, member, members, action, group, mechanism, replacement, order, requires, reason, note";

    private readonly string _file;
    private readonly ReadOnlySpan<byte> _text;
    private readonly List<ManifestRow> _rows = [];
    private readonly HashSet<string> _seen = [];
    private Utf8JsonReader _reader;
    private int _line = 1;
    private int _counted;

    public ManifestReader(string file, ReadOnlySpan<byte> text)
    {
        _file = file;
        _text = text is [0xEF, 0xBB, 0xBF, ..] ? text[3..] : text;
        _reader = new Utf8JsonReader(_text);
    }

    /// <param name="part">What is needed: reading of <see cref="ManifestPart.Patches"/> ends where they end.</param>
    public PatchManifest Read(ManifestPart part = ManifestPart.Whole)
    {
        try
        {
            return ReadFile(part);
        }
        catch (JsonException e)
        {
            throw new PatchException($"{_file}, line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: this is not JSON ({Sentence(e.Message)}). Correct the file. Nothing was patched.", e);
        }
    }

    private PatchManifest ReadFile(ManifestPart part)
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject) throw Error(null, $"a manifest is an object {{ \"version\": {Version}, \"patches\": [ ... ] }}, found {_reader.TokenType}");
        bool version = false, patches = false, classified = false;
        while (Next() != JsonTokenType.EndObject)
        {
            if (_reader.ValueTextEquals("version"u8))
            {
                Next();
                if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt32(out int found) || found != Version) throw Error(null, $"this Patchy reads manifests of version {Version}, found {Found()}");
                version = true;
            }
            else if (_reader.ValueTextEquals("patches"u8))
            {
                if (patches) throw Error(null, "\"patches\" is there twice");
                ReadRows("patches", classified: false);
                patches = true;
                if (part == ManifestPart.Patches && version) return new PatchManifest(_file, [.. _rows]);
            }
            else if (_reader.ValueTextEquals("classified"u8))
            {
                if (classified) throw Error(null, "\"classified\" is there twice");
                ReadRows("classified", classified: true);
                classified = true;
            }
            else if (_reader.ValueTextEquals("$schema"u8) || _reader.ValueTextEquals("note"u8))
            {
                Next();
            }
            else
            {
                throw Error(null, $"unknown field \"{_reader.GetString()}\"; the fields here are version, patches, classified, note");
            }
        }
        if (!version) throw Error(null, $"\"version\": {Version} is missing");
        if (!patches) throw Error(null, "\"patches\" is missing");
        while (_reader.Read()) { } // whatever follows must not be there; the reader says so
        return new PatchManifest(_file, [.. _rows]);
    }

    private void ReadRows(string field, bool classified)
    {
        if (Next() != JsonTokenType.StartArray) throw Error(null, $"\"{field}\" is an array of rows, found {Found()}");
        while (Next() != JsonTokenType.EndArray)
        {
            var row = new ManifestRow { Line = CurrentLine() };
            if (_reader.TokenType != JsonTokenType.StartObject) throw Error(row, $"a row is an object, found {Found()}");
            ReadRow(row);
            if (classified && (row.Action is ManifestAction.Patch or ManifestAction.Refuse || row.Requires != PatchGroups.None))
                throw Error(row, "patching does not read \"classified\"; rows with action patch or refuse, and rows with \"requires\", belong into \"patches\"");
            _rows.Add(row);
        }
    }

    private void ReadRow(ManifestRow row)
    {
        bool action = false;
        while (Next() != JsonTokenType.EndObject)
        {
            if (_reader.ValueTextEquals("assembly"u8)) row.Assembly = Text(row);
            else if (_reader.ValueTextEquals("type"u8)) row.Type = Text(row);
            else if (_reader.ValueTextEquals("member"u8)) row.Member = Text(row).Replace(", ", ",");
            else if (_reader.ValueTextEquals("members"u8)) row.Members = ReadNumber(row);
            else if (_reader.ValueTextEquals("action"u8)) { row.Action = ReadAction(row); action = true; }
            else if (_reader.ValueTextEquals("group"u8)) { Next(); row.Group = ReadGroup(row); }
            else if (_reader.ValueTextEquals("mechanism"u8)) row.Mechanism = ReadMechanism(row);
            else if (_reader.ValueTextEquals("replacement"u8)) row.Replacement = Text(row);
            else if (_reader.ValueTextEquals("order"u8)) row.Order = ReadNumber(row);
            else if (_reader.ValueTextEquals("requires"u8)) row.Requires = ReadRequires(row);
            else if (_reader.ValueTextEquals("reason"u8)) row.Reason = Text(row);
            else if (_reader.ValueTextEquals("note"u8)) Next(); // for readers of the file
            else throw Error(row, $"unknown field \"{_reader.GetString()}\"; the fields of a row are {Fields}");
        }
        Check(row, action);
    }

    private readonly void Check(ManifestRow row, bool action)
    {
        if (row.Assembly.Length == 0) throw Error(row, "\"assembly\" is missing");
        if (row.Type.Length == 0) throw Error(row, "\"type\" is missing");
        if (row.Member.Length == 0) throw Error(row, "\"member\" is missing");
        if (row.IsWholeType ? row.Members <= 0 : row.Members != 0) throw Error(row, "a row for a whole type has \"member\": \"*\" and the number of its \"members\"; other rows have neither");
        if (row.IsWholeType && row.Action != ManifestAction.Pass) throw Error(row, "only a type without any member that blocks has one row for all; the action is pass");
        if (!row.IsWholeType && (!row.Member.EndsWith(')') || row.Member.IndexOf('(') <= 0)) throw Error(row, $"\"member\" is \"{row.Member}\"; write the name with its parameter types: \"Sleep(System.Int32)\"");
        if (!action) throw Error(row, "\"action\" is missing: patch, inherits, pass or refuse");
        if (row.Group == PatchGroups.None) throw Error(row, $"\"group\" is missing: {GroupNames.List}");
        bool patch = row.Action == ManifestAction.Patch;
        if (patch && row.Replacement is null) throw Error(row, "a patch needs a \"replacement\": \"Namespace.Type.Method, Assembly\"");
        if (patch && row.Mechanism == ManifestMechanism.None) throw Error(row, "a patch needs a \"mechanism\": cell or slot");
        if (!patch && (row.Replacement is not null || row.Mechanism != ManifestMechanism.None)) throw Error(row, $"a row with action {Lower(row.Action)} has no \"replacement\" and no \"mechanism\"");
        if (row.Action is ManifestAction.Refuse or ManifestAction.Inherits && row.Reason is null) throw Error(row, $"a row with action {Lower(row.Action)} needs a \"reason\"");
        if (!_seen.Add($"{row.Assembly}|{row.Target}")) throw Error(row, $"there is a row for this member already, on line {Earlier(row).Line}; remove one of them");
    }

    private readonly ManifestRow Earlier(ManifestRow row) => _rows.Find(other => other.Assembly == row.Assembly && other.Target == row.Target)!;

    private ManifestAction ReadAction(ManifestRow row)
    {
        Next();
        if (_reader.TokenType == JsonTokenType.String)
        {
            if (_reader.ValueTextEquals("patch"u8)) return ManifestAction.Patch;
            if (_reader.ValueTextEquals("inherits"u8)) return ManifestAction.Inherits;
            if (_reader.ValueTextEquals("pass"u8)) return ManifestAction.Pass;
            if (_reader.ValueTextEquals("refuse"u8)) return ManifestAction.Refuse;
        }
        throw Error(row, $"unknown action {Found()}; the actions are patch, inherits, pass, refuse");
    }

    private ManifestMechanism ReadMechanism(ManifestRow row)
    {
        Next();
        if (_reader.TokenType == JsonTokenType.String)
        {
            if (_reader.ValueTextEquals("cell"u8)) return ManifestMechanism.Cell;
            if (_reader.ValueTextEquals("slot"u8)) return ManifestMechanism.Slot;
        }
        throw Error(row, $"unknown mechanism {Found()}; the mechanisms are cell, slot");
    }

    private readonly PatchGroups ReadGroup(ManifestRow row)
    {
        PatchGroups group = _reader.TokenType == JsonTokenType.String ? GroupNames.Parse(in _reader) : PatchGroups.None;
        return group != PatchGroups.None ? group : throw Error(row, $"unknown group {Found()}; the groups are {GroupNames.List}");
    }

    private PatchGroups ReadRequires(ManifestRow row)
    {
        if (Next() != JsonTokenType.StartArray) throw Error(row, $"\"requires\" is an array of groups, found {Found()}");
        PatchGroups groups = PatchGroups.None;
        while (Next() != JsonTokenType.EndArray) groups |= ReadGroup(row);
        return groups;
    }

    private int ReadNumber(ManifestRow row)
    {
        string field = _reader.GetString()!;
        Next();
        return _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out int number) ? number : throw Error(row, $"\"{field}\" is a whole number, found {Found()}");
    }

    private string Text(ManifestRow row)
    {
        string field = _reader.GetString()!;
        Next();
        string? text = _reader.TokenType == JsonTokenType.String ? _reader.GetString() : null;
        return string.IsNullOrWhiteSpace(text) ? throw Error(row, $"\"{field}\" is a text that is not empty, found {Found()}") : text;
    }

    private JsonTokenType Next()
    {
        _reader.Read();
        return _reader.TokenType;
    }

    private readonly string Found() => _reader.TokenType switch
    {
        JsonTokenType.String => $"\"{_reader.GetString()}\"",
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(_reader.ValueSpan),
        _ => _reader.TokenType.ToString(),
    };

    private int CurrentLine()
    {
        int position = (int)_reader.TokenStartIndex;
        for (; _counted < position; _counted++)
        {
            if (_text[_counted] == '\n') _line++;
        }
        return _line;
    }

    private readonly PatchException Error(ManifestRow? row, string what)
    {
        string where = row is null ? _file : $"{_file}, line {row.Line}{(row.Type.Length + row.Member.Length > 0 ? $", {row.Target}" : "")}";
        return new PatchException($"{where}: {what}. Nothing was patched.");
    }

    private static string Lower(ManifestAction action) => action.ToString().ToLowerInvariant();

    private static string Sentence(string message) => message.Split(" LineNumber:")[0].TrimEnd('.');
}
