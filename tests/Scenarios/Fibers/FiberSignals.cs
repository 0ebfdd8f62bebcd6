using System.Diagnostics;
using System.Runtime.InteropServices;
using Patchy.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>
/// FiberSignals KIND SECONDS: signals are sent to the kernel thread of a hub as fast as that goes, while its greenlets do nothing but switch and another thread collects: they meet each instruction of a switch,
/// those too between which the thread block is the next fiber's already and the stack still the old one's. Their handlers are called, collections are not held up, and nothing is lost.
/// </summary>
internal sealed class FiberSignals : IScenario
{
    private const int Child = 17, WindowSize = 28;
    private const int Yielders = 3;
    private volatile bool _stop;
    private long _yields;
    private long _collections;
    private long _handled;

    public int Run(string[] args)
    {
        Hub.DefaultFiber = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        var time = TimeSpan.FromSeconds(double.Parse(args[1]));
        Checks checks = new();
        using PosixSignalRegistration windowSize = PosixSignalRegistration.Create((PosixSignal)WindowSize, _ => Interlocked.Increment(ref _handled));
        Hub hub = Hub.Current;
        Greenlet[] yielders = [.. Enumerable.Range(0, Yielders).Select(_ => Greenlet.Spawn(Switch))];
        var collector = new Thread(Collect) { IsBackground = true };
        collector.Start();
        long sent = 0;
        var sender = new Thread(() => sent = Send(hub, time)) { IsBackground = true };
        sender.Start();
        Greenlet.JoinAll(yielders);
        sender.Join();
        collector.Join();
        checks.That("signals were sent", sent > 1000, sent);
        checks.That("their handler was called", _handled > 0, _handled);
        checks.That("greenlets switched", _yields > 1000, _yields);
        checks.That("collections went on", _collections > 10, _collections);
        return checks.Finish();
    }

    private void Switch()
    {
        while (!_stop)
        {
            _ = new object();
            _yields++;
            Greenlet.Yield();
        }
    }

    private void Collect()
    {
        while (!_stop)
        {
            GC.Collect(0);
            Thread.Sleep(1); // without a pause nobody else gets to run managed code at all, with or without greenlets
            _collections++;
        }
    }

    private unsafe long Send(Hub hub, TimeSpan time)
    {
        long sent = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time || (Interlocked.Read(ref _handled) == 0 && Stopwatch.GetElapsedTime(start) < 20 * time))
        {
            // SAFETY: plain system calls; a carrier that has gone meanwhile makes ESRCH.
            if (Linux.syscall(Linux.SysTgkill, Environment.ProcessId, hub.CarrierTid, sent % 2 == 0 ? WindowSize : Child, 0) == 0) sent++;
        }
        _stop = true;
        return sent;
    }
}
