using System;
using System.Collections.Generic;
using System.Text;

namespace Patchy;

/// <summary>
/// Thrown in the main greenlet where it waits for ever: nothing is left in the process that could wake it. The greenlets stay parked, and the hub can be used on. The counterpart of
/// gevent.exceptions.LoopExit; <see cref="LoopExitPolicy"/> says when.
/// </summary>
public sealed class LoopExit : Exception
{
    private const string Usual = "This operation would block forever.";

    /// <summary>With the usual message.</summary>
    public LoopExit() : this(Usual) { }

    /// <summary>With a message of your own.</summary>
    public LoopExit(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public LoopExit(string message, Exception? innerException) : base(message, innerException) { }

    internal LoopExit(Hub hub, IReadOnlyList<Greenlet> parked) : base(Describe(hub, parked)) => Parked = parked;

    /// <summary>The greenlets that were parked, the main one first.</summary>
    public IReadOnlyList<Greenlet> Parked { get; } = [];

    private static string Describe(Hub hub, IReadOnlyList<Greenlet> parked)
    {
        var text = new StringBuilder("This operation would block forever: ");
        text.Append(hub).AppendLine(" has no timer and no descriptor to wait for, and the process has no other thread that could wake a greenlet. Parked are:");
        foreach (Greenlet greenlet in parked) text.Append("  ").Append(greenlet.Name).Append(": ").AppendLine(greenlet.StateText);
        return text.Append("Whoever should have set, released or put something never did, or has ended. If it was to come from somewhere that Patchy cannot see, set Hub.LoopExitPolicy to Never.").ToString();
    }
}
