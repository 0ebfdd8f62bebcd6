using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Patchy.Conformance;

/// <summary>
/// What a body observed, in lines that are compared between modes: results, exceptions with their messages, order of events, times as a
/// class. Without a lock on purpose: locks are under test. May be used from any thread of the body.
/// </summary>
public sealed partial class Outcome(HostMode mode)
{
    // The runtime counts some waits in whole milliseconds from a clock that may be one behind.
    private const int EarlyBy = 5;
    private const int DefaultGrace = 3000;

    private static readonly Regex s_tempPath = new($"({Regex.Escape(Path.GetTempPath())}|/tmp/)[^' ,)]+");

    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    private bool IsGreen => mode is HostMode.UserFiber or HostMode.KernelFiber or HostMode.SlowPath or HostMode.FiberWithReader;

    public void Say(string line) => _lines.Enqueue(Clean(line));

    public void Say(string name, object? value) => Say($"{name}: {Show(value)}");

    /// <summary>Records what the call returns or throws.</summary>
    public void Does(string name, Func<object?> call)
    {
        try
        {
            Say(name, call());
        }
        catch (Exception e)
        {
            Say(name, e);
        }
    }

    /// <summary>Records that the call returns, or what it throws.</summary>
    public void Does(string name, Action call) => Does(name, () =>
    {
        call();
        return "returned";
    });

    /// <summary>As <see cref="Does(string, Func{object?})"/>, and records whether it took at least <paramref name="atLeast"/> ms and not absurdly more.</summary>
    public void Took(string name, int atLeast, Func<object?> call, int grace = DefaultGrace)
    {
        long start = Stopwatch.GetTimestamp();
        Does(name, call);
        double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        string verdict = ms < atLeast - EarlyBy ? "early" : ms > atLeast + grace ? "late" : "in time";
        Say($"{name} was {verdict}");
    }

    public void Took(string name, int atLeast, Action call, int grace = DefaultGrace) => Took(name, atLeast, () =>
    {
        call();
        return "returned";
    }, grace);

    /// <summary>Records what the call does, and that no other greenlet ran during it although one was ready all the time. Native threads cannot tell: they always pass.</summary>
    public void NeverSwitches(string name, Func<object?> call)
    {
        if (!IsGreen)
        {
            Does(name, call);
            Say($"{name} did not switch");
            return;
        }

        // Warm: what the first call does on its way (type loads, lazily made objects) may not park either, but JIT time must not matter.
        bool stop = false;
        int turns = 0;
        var ready = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                turns++;
                Thread.Sleep(0);
            }
        })
        { IsBackground = true };
        long reliefs = Patched.Reliefs(); // before the sleep: a relief between it and the call counts, too
        ready.Start();
        Thread.Sleep(2);
        int before = Volatile.Read(ref turns);
        Does(name, call);
        int after = Volatile.Read(ref turns);
        Volatile.Write(ref stop, true);
        ready.Join();

        // Whoever is kept from computing for long enough, by the compiler or by the machine, loses the hub to the monitor: then the other has run, and nothing is said about the call.
        bool relieved = Patched.Reliefs() != reliefs;
        Say(before == 0 ? $"{name}: the other greenlet never ran" : after == before || relieved ? $"{name} did not switch" : $"{name} switched");
    }

    public void NeverSwitches(string name, Action call) => NeverSwitches(name, () =>
    {
        call();
        return "returned";
    });

    /// <summary>Long enough for a partner to be blocked where it is going to block: 60 ms in a row in which nobody kept this thread from going on, since a machine that pauses gives the partner no time either.</summary>
    public static void Settle()
    {
        const int Slice = 10, Slices = 6, TooLong = 30, Most = 200;
        for (int i = 0, good = 0; i < Most && good < Slices; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(Slice);
            good = Stopwatch.GetElapsedTime(start).TotalMilliseconds < TooLong ? good + 1 : 0;
        }
    }

    /// <summary>Waits until the thread is seen waiting: it spins first, and a busy machine may not have run it yet.</summary>
    public static System.Threading.ThreadState SettledState(Thread thread)
    {
        for (int i = 0; i < 2000 && (thread.ThreadState & (System.Threading.ThreadState.WaitSleepJoin | System.Threading.ThreadState.Stopped)) == 0; i++) Thread.Sleep(5);
        return thread.ThreadState;
    }

    /// <summary>An exception with everything a caller can rely on, and nothing that changes from run to run.</summary>
    public static string Describe(Exception e)
    {
        string text = $"{e.GetType().Name}({e.Message})";
        if (e is SocketException socket) text += $" {socket.SocketErrorCode}";
        if (e is AbandonedMutexException abandoned) text += $" index {abandoned.MutexIndex} mutex {abandoned.Mutex is not null}";
        if (e is AggregateException many) return text + " { " + string.Join(", ", many.InnerExceptions.Select(Describe)) + " }";
        return e.InnerException is null ? text : text + " <- " + Describe(e.InnerException);
    }

    private static string Show(object? value) => value switch
    {
        null => "null",
        Exception e => Describe(e),
        string s => s,
        byte[] bytes => Convert.ToHexString(bytes),
        System.Collections.IEnumerable many => string.Join(" ", many.Cast<object?>().Select(Show)),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Clean(string line) => s_tempPath.Replace(Port().Replace(line, "$1:*"), "/tmp/*");

    [GeneratedRegex(@"(127\.0\.0\.\d+|\[::1\]|\[::ffff:127\.0\.0\.1\]|localhost|0\.0\.0\.0):\d+")]
    private static partial Regex Port();
}
