using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text;

namespace Patchy.Backdoor;

/// <summary>Leads what is written to the session that the calling code belongs to, or on to where it went before. The other methods of TextWriter end in these.</summary>
internal sealed class RoutedWriter : TextWriter
{
    private readonly TextWriter _before;

    public RoutedWriter(TextWriter before) : base(before.FormatProvider)
    {
        _before = before;
        base.NewLine = before.NewLine; // the base class has a copy of its own, for what ends in its WriteLine
    }

    public override Encoding Encoding => _before.Encoding;

    [AllowNull]
    public override string NewLine
    {
        get => _before.NewLine;
        set => base.NewLine = _before.NewLine = value;
    }

    public override void Write(char value)
    {
        if (!WriteToSession([value])) _before.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        if (!WriteToSession(buffer.AsSpan(index, count))) _before.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (!WriteToSession(buffer)) _before.Write(buffer);
    }

    public override void Write(string? value)
    {
        if (!WriteToSession(value)) _before.Write(value);
    }

    public override void WriteLine(string? value)
    {
        if (!WriteToSession(value + NewLine)) _before.WriteLine(value);
    }

    public override void Flush() => _before.Flush();

    /// <summary>False when the calling code is no session's. A session's own greenlet gets an error when its client has gone, so that a loop that prints comes to an end; what the session has started goes on, on the console.</summary>
    private static bool WriteToSession(ReadOnlySpan<char> text)
    {
        if (ConsoleRoute.Current is not { } session) return false;
        if (session.Write(text)) return true;
        if (Greenlet.Current is { } caller && caller == session.Owner) throw new IOException("The client of this backdoor session has gone.");
        return false;
    }
}
