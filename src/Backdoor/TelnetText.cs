using System;
using System.Text;

namespace Patchy.Backdoor;

// What is between bytes (RFC 854, 855):
//
//   Plain    -> Command   IAC
//   Command  -> Option    WILL, WONT, DO, DONT
//   Command  -> Block     SB
//   Command  -> Plain     anything else; IP (Ctrl+C) becomes a character
//   Option   -> Plain     whatever option
//   Block    -> BlockEnd  IAC
//   BlockEnd -> Plain     SE; else back to Block

/// <summary>Bytes of a client, which may be telnet, as text: what telnet negotiates is left out, and the forms of an end of line are one.</summary>
internal sealed class TelnetText
{
    public const char Interrupt = '\u0003';

    private const byte Iac = 255;
    private const byte Will = 251;
    private const byte Dont = 254;
    private const byte SubBegin = 250;
    private const byte InterruptProcess = 244;
    private const byte SubEnd = 240;

    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private Between _between;
    private bool _afterReturn;

    /// <summary>Adds what the bytes say to <paramref name="text"/>. The last ones may be half a character: the next call has the rest.</summary>
    public void Decode(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        Span<byte> plain = bytes.Length <= 4096 ? stackalloc byte[bytes.Length] : new byte[bytes.Length];
        int count = 0;
        foreach (byte b in bytes)
            if (Step(b) is { } kept) plain[count++] = kept;
        Span<char> chars = stackalloc char[256];
        ReadOnlySpan<byte> left = plain[..count];
        while (!left.IsEmpty)
        {
            _decoder.Convert(left, chars, flush: false, out int used, out int made, out _);
            left = left[used..];
            foreach (char c in chars[..made]) Add(c, text);
        }
    }

    private byte? Step(byte b)
    {
        switch (_between)
        {
            case Between.Command:
                _between = b switch
                {
                    >= Will and <= Dont => Between.Option,
                    SubBegin => Between.Block,
                    _ => Between.Plain,
                };
                return b == InterruptProcess ? (byte)Interrupt : null;
            case Between.Option:
                _between = Between.Plain;
                return null;
            case Between.Block:
                if (b == Iac) _between = Between.BlockEnd;
                return null;
            case Between.BlockEnd:
                _between = b == SubEnd ? Between.Plain : Between.Block;
                return null;
            default:
                if (b != Iac) return b;
                _between = Between.Command;
                return null;
        }
    }

    /// <summary>CR LF, CR NUL (telnet, a character at a time) and LF are an end of line.</summary>
    private void Add(char c, StringBuilder text)
    {
        if (_afterReturn)
        {
            _afterReturn = false;
            if (c is '\0' or '\n')
            {
                text.Append('\n');
                return;
            }
            text.Append('\r');
        }
        if (c == '\r') _afterReturn = true;
        else text.Append(c);
    }

    private enum Between
    {
        Plain,
        Command,
        Option,
        Block,
        BlockEnd,
    }
}
