using System;
using System.Collections.Generic;
using System.ComponentModel;

namespace Patchy.Backdoor;

/// <summary>What code that is typed into a session can call by its mere name. There is one for each session.</summary>
public sealed class BackdoorSession
{
    private readonly SessionInput _input;
    private readonly Greenlet? _owner;

    internal BackdoorSession(SessionInput input, IReadOnlyDictionary<string, object?> locals)
    {
        _input = input;
        _owner = Greenlet.Current;
        Locals = locals;
    }

    /// <summary>The variables that the session began with, by their names: what a session has assigned to them is not seen here. May be called from any thread.</summary>
    public IReadOnlyDictionary<string, object?> Locals { get; }

    internal bool HasQuit { get; private set; }

#pragma warning disable IDE1006, CA1707 // as they are typed in gevent's, too
    /// <summary>Ends the session. On its own greenlet by an exception, at once; called elsewhere, when the input that runs has ended. The counterpart of Python's <c>quit()</c>. May be called from any thread.</summary>
    /// <exception cref="GreenletExit">Always, on the session's greenlet.</exception>
    public void quit()
    {
        HasQuit = true;
        if (Greenlet.Current is { } caller && caller == _owner) throw new GreenletExit();
    }

    /// <inheritdoc cref="quit"/>
    public void exit() => quit();
#pragma warning restore IDE1006, CA1707

    /// <summary>The next line that the client sends, null when it sends no more: <see cref="Console.In"/> stays that of the process. Waits; others run meanwhile. May be called from any thread.</summary>
    public string? ReadLine() => _input.ReadLine();

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string ToString() => "the session of a backdoor";
}
