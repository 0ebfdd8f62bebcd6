using System;
using System.IO;
using System.Threading;

namespace Patchy.Backdoor;

// Life of the two routes: installed by the first session that begins, taken out by the last that ends; under the lock. A program that replaces Console.Out meanwhile keeps what it has set.

/// <summary>
/// Where Console.Out and Console.Error lead to: for what a session runs and starts to its client, for everybody else to where they led before. By the flow of the execution context, where gevent goes by the
/// greenlet, so that greenlets, threads and tasks that a session starts print there too.
/// </summary>
internal static class ConsoleRoute
{
    private static readonly AsyncLocal<SessionOutput?> s_current = new();
    private static readonly object s_lock = new();
    private static Route? s_out;
    private static Route? s_error;
    private static int s_sessions;

    /// <summary>The session, perhaps a former one, to which the calling code belongs, or null. May be called from any thread.</summary>
    public static SessionOutput? Current => s_current.Value;

    /// <summary>The calling greenlet's output, and that of what it starts from now on, goes to that session. On the session's greenlet.</summary>
    public static void Enter(SessionOutput session)
    {
        s_current.Value = session;
        lock (s_lock)
        {
            if (s_sessions++ > 0) return;
            s_out = new Route(Console.Out, Console.SetOut, static () => Console.Out);
            s_error = new Route(Console.Error, Console.SetError, static () => Console.Error);
        }
    }

    /// <summary>The end of what <see cref="Enter"/> began.</summary>
    public static void Leave()
    {
        s_current.Value = null;
        lock (s_lock)
        {
            if (--s_sessions > 0) return;
            s_out?.TakeOut();
            s_error?.TakeOut();
            s_out = s_error = null;
        }
    }

    private sealed class Route
    {
        private readonly TextWriter _before;
        private readonly TextWriter _installed;
        private readonly Action<TextWriter> _set;
        private readonly Func<TextWriter> _get;

        public Route(TextWriter before, Action<TextWriter> set, Func<TextWriter> get)
        {
            (_before, _set, _get) = (before, set, get);
            set(new RoutedWriter(before));
            _installed = get(); // Console wraps what it is given
        }

        public void TakeOut()
        {
            if (ReferenceEquals(_get(), _installed)) _set(_before);
        }
    }
}
