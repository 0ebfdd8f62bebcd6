using System;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using Microsoft.CodeAnalysis.Scripting;

namespace Patchy.Backdoor;

// Life of a session, on its greenlet:
//
//   prompt  -> compile  a line; an empty one, or Ctrl+C: prompt again
//   compile -> prompt   it is not complete (then with "... "), or wrong
//   compile -> run      it is complete
//   run     -> prompt   it has ended, or thrown
//   prompt  -> over     the client sends no more, too much, or a request of HTTP
//   run     -> over     quit()
//   any     -> over     a kill

/// <summary>One client's prompt.</summary>
internal sealed partial class SessionLoop
{
    private const string Prompt = ">>> ";
    private const string Continuation = "... ";
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    private readonly BackdoorServer _server;
    private readonly Socket _socket;
    private readonly SessionInput _input;
    private readonly SessionOutput _output;
    private readonly BackdoorSession _session;
    private readonly StringBuilder _pending = new();
    private bool _hasSpoken;

    public SessionLoop(BackdoorServer server, Socket socket)
    {
        _server = server;
        _socket = socket;
        _input = new SessionInput(socket, server.MaxInput);
        _output = new SessionOutput(socket);
        _session = new BackdoorSession(_input, server.Values.ToDictionary(static value => value.Name, static value => value.Visible));
    }

    /// <summary>Until the session is over. Throws nothing but a kill.</summary>
    public void Run()
    {
        ConsoleRoute.Enter(_output);
        try
        {
            using var interpreter = new Interpreter(_session, _server.Values);
            if (_server.Banner is { } banner) Say(banner + "\n");
            Converse(interpreter);
            _output.Drain(s_lastWords);
        }
        finally
        {
            _output.End();
            ConsoleRoute.Leave();
            _input.End();
        }
    }

    private void Converse(Interpreter interpreter)
    {
        while (!_session.HasQuit && !_output.IsOver)
        {
            try
            {
                if (!Turn(interpreter)) return;
            }
            catch (InputTooLongException tooLong)
            {
                Refuse(tooLong.Message);
                return;
            }
            catch (GreenletTimeout late)
            {
                // Of a timeout that an earlier input has started and not closed.
                _output.Write("\n" + ErrorText.Of(late));
            }
        }
    }

    /// <summary>From prompt to prompt. False when there is no further one.</summary>
    private bool Turn(Interpreter interpreter)
    {
        Say(_pending.Length == 0 ? Prompt : Continuation);
        if (_input.ReadLine() is not { } line)
        {
            Say("\n");
            return false;
        }
        if (!_hasSpoken && HttpRequest().IsMatch(line))
        {
            Refuse("This is a prompt for C# and no web server: a browser that was sent here by somebody's page is not listened to.");
            return false;
        }
        _hasSpoken = true;
        if (ReferenceEquals(line, SessionInput.Interrupt))
        {
            _pending.Clear();
            Say("\n");
            return true;
        }
        if (_pending.Length == 0 && string.IsNullOrWhiteSpace(line)) return true;
        _pending.Append(line).Append('\n');
        if (_pending.Length > _server.MaxInput + 1) throw new InputTooLongException(_server.MaxInput);
        CompiledInput input = interpreter.Compile(_pending.ToString());
        if (input.IsIncomplete) return true;
        _pending.Clear();
        Say(string.Concat(input.Errors.Select(static error => error + "\n")));
        if (input.Script is { } script) Say(Evaluate(interpreter, script));
        return true;
    }

    /// <summary>What is to be printed.</summary>
    private string Evaluate(Interpreter interpreter, Script<object> script)
    {
        try
        {
            return interpreter.Run(script) is { } value ? Interpreter.Show(value) + "\n" : "";
        }
        catch (GreenletExit) when (_session.HasQuit)
        {
            return ""; // quit(), and no kill: that one comes again at the next wait
        }
        catch (Exception exception) when (exception is not GreenletExit)
        {
            return ErrorText.Of(exception is FailedInputException failed ? failed.InnerException! : exception);
        }
    }

    /// <summary>The session's own words are not left out: they wait until the client has taken what was before.</summary>
    private void Say(string text)
    {
        _output.Drain(Timeout.InfiniteTimeSpan);
        _output.Write(text);
    }

    private void Refuse(string why)
    {
        _output.Write(why + "\n");
        _output.Drain(s_lastWords);
        ShutSending();
        _input.Discard(TimeSpan.FromSeconds(1));
    }

    private void ShutSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the client has gone
        }
    }

    /// <summary>The first line that a browser sends, also one that a page of a stranger makes it send.</summary>
    [GeneratedRegex(@"^\s*([A-Z]+ \S.*HTTP/\d|(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT|PRI) )", RegexOptions.CultureInvariant)]
    private static partial Regex HttpRequest();
}
