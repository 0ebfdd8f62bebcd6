using System.Buffers.Text;

namespace Patchy.Bench.Load;

/// <summary>As much of HTTP as is needed to see where a small response ends.</summary>
internal sealed class HttpResponse
{
    private const int MostBytes = 2048;
    private readonly byte[] _bytes = new byte[MostBytes];
    private int _length;

    /// <summary>Whether it is complete with this piece. Then the next piece begins a new one.</summary>
    public bool IsCompleteWith(ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(_bytes.AsSpan(_length));
        _length += piece.Length;
        ReadOnlySpan<byte> all = _bytes.AsSpan(0, _length);
        int head = all.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!all.StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException($"Not 200: {System.Text.Encoding.ASCII.GetString(all[..head])}");
        int at = all[..head].IndexOf("\r\nContent-Length: "u8);
        bool complete = at >= 0 && Utf8Parser.TryParse(all[(at + 18)..], out int body, out _)
            ? _length >= head + 4 + body
            : all.EndsWith("0\r\n\r\n"u8);
        if (complete) _length = 0;
        return complete;
    }
}
