using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Patchy;

/// <summary>
/// What <see cref="Patch.WhatBlocks(string)"/> found: each call in one assembly of something that can block, or of native code of its own. Calls by reflection or through delegates
/// that were made elsewhere are not seen, nor are those in the libraries that it uses: scan them too. Immutable; may be used from any thread.
/// </summary>
public sealed class BlockScan
{
    private const string Indent = "               ";

    private readonly ScannedCall[] _calls;

    internal BlockScan(string assembly, ScannedCall[] calls)
    {
        Assembly = assembly;
        _calls = calls;
    }

    /// <summary>The simple name of the assembly.</summary>
    public string Assembly { get; }

    /// <summary>In the order of the verdicts, then of the assembly.</summary>
    public IReadOnlyList<ScannedCall> Calls => _calls;

    /// <summary>The number of calls with that verdict.</summary>
    public int Count(CallVerdict verdict)
    {
        int count = 0;
        foreach (ScannedCall call in _calls)
        {
            if (call.Verdict == verdict) count++;
        }
        return count;
    }

    /// <summary>A table: two lines for each call but those that cannot block, what is called and where, and the reason; then a line with the sums.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (ScannedCall call in _calls)
        {
            if (call.Verdict == CallVerdict.Passes) continue;
            text.Append(Word(call.Verdict).PadRight(Indent.Length)).Append(MethodText.Short(call.Target));
            if (call.Group != PatchGroups.None) text.Append(CultureInfo.InvariantCulture, $" ({call.Group.ToString().ToLowerInvariant()})");
            text.Append('\n').Append(Indent).Append(CultureInfo.InvariantCulture, $"in {MethodText.Short(call.Caller)}, IL_{call.Offset:x4}\n");
            if (call.Reason is not null && call.Verdict != CallVerdict.Cooperative) text.Append(Indent).Append(call.Reason).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"{Assembly}:");
        foreach (CallVerdict verdict in Enum.GetValues<CallVerdict>())
            text.Append(CultureInfo.InvariantCulture, $"{(verdict == 0 ? "" : ",")} {Count(verdict)} {Word(verdict)}");
        return text.Append('\n').ToString();
    }

    private static string Word(CallVerdict verdict) => verdict switch
    {
        CallVerdict.Blocks => "blocks",
        CallVerdict.Native => "native",
        CallVerdict.DependsOnReceiver => "depends",
        CallVerdict.Cooperative => "cooperative",
        _ => "cannot block",
    };
}
