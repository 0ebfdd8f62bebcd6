using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Conformance;

/// <summary>A native thread that ends the process when a body does not end, and says which and who waits.</summary>
internal sealed class Watchdog
{
    private readonly Action<BodyReport> _report;
    private readonly TimeSpan _limit;
    private string? _body;
    private Outcome? _outcome;
    private long _since;

    public Watchdog(Action<BodyReport> report, TimeSpan limit)
    {
        _report = report;
        _limit = limit;
        new Thread(Watch) { IsBackground = true, Name = "conformance watchdog" }.Start();
    }

    public void Begin(string body, Outcome outcome)
    {
        _outcome = outcome;
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        Volatile.Write(ref _body, body);
    }

    public void End() => Volatile.Write(ref _body, null);

    private void Watch()
    {
        while (true)
        {
            Thread.Sleep(50);
            string? body = Volatile.Read(ref _body);
            if (body is null || Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) < _limit) continue;
            string who;
            try
            {
                who = Patched.WhoWaits();
            }
            catch (Exception e)
            {
                who = "The dump failed: " + e;
            }

            _report(new BodyReport { Body = body, Hang = $"{who}\nSo far: {string.Join("; ", _outcome?.Lines ?? [])}" });
            Exit(86); // not Environment.Exit: that waits for what hangs
        }
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void Exit(int code);
}
