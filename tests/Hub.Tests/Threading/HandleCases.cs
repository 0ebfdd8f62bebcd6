namespace Patchy.Tests.Threading;

/// <summary>Wait handles, as they are documented and as the runtime does them on Unix.</summary>
internal static class HandleCases
{
    private const int Short = 20;

    public static readonly SyncCase[] All =
    [
        SyncCase.Of("AutoResetEvent releases one for each Set", "False 1 2 3 False", static (sync, trace) =>
        {
            using var signal = new AutoResetEvent(false);
            trace.Add(sync.WaitOne(signal, Short));
            int released = 0;
            Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => sync.Start(() => { sync.WaitOne(signal); Interlocked.Increment(ref released); }))];
            SyncCase.Settle(sync, threads);
            for (int i = 0; i < 3; i++)
            {
                sync.Set(signal);
                SyncCase.Until(sync, () => Volatile.Read(ref released) > i);
                sync.Sleep(Short); // one more than was set would show itself
                trace.Add(released);
            }
            foreach (Thread thread in threads) sync.Join(thread);
            trace.Add(sync.WaitOne(signal, 0));
        }),
        SyncCase.Of("Two Sets in a row release two that wait", "2 False", static (sync, trace) =>
        {
            using var signal = new AutoResetEvent(false);
            int released = 0;
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => sync.Start(() => { if (sync.WaitOne(signal, 30_000)) Interlocked.Increment(ref released); }))];
            SyncCase.Settle(sync, threads);
            sync.Set(signal);
            sync.Set(signal);
            foreach (Thread thread in threads) sync.Join(thread);
            trace.Add(released);
            trace.Add(sync.WaitOne(signal, 0));
        }),
        SyncCase.Of("ManualResetEvent releases all and stays set", "5 True False", static (sync, trace) =>
        {
            using var signal = new ManualResetEvent(false);
            int released = 0;
            Thread[] threads = [.. Enumerable.Range(0, 5).Select(_ => sync.Start(() => { sync.WaitOne(signal); Interlocked.Increment(ref released); }))];
            sync.Sleep(Short);
            sync.Set(signal);
            foreach (Thread thread in threads) sync.Join(thread);
            trace.Add(released);
            trace.Add(sync.WaitOne(signal, 30_000));
            signal.Reset();
            trace.Add(sync.WaitOne(signal, Short));
        }),
        SyncCase.Of("Semaphore counts", "True True False 0 3 False SemaphoreFullException", static (sync, trace) =>
        {
            using var semaphore = new Semaphore(2, 3);
            trace.Add(sync.WaitOne(semaphore, 30_000));
            trace.Add(sync.WaitOne(semaphore, 30_000));
            trace.Add(sync.WaitOne(semaphore, Short));
            int released = 0;
            Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => sync.Start(() => { sync.WaitOne(semaphore); Interlocked.Increment(ref released); }))];
            sync.Sleep(Short);
            trace.Add(sync.Release(semaphore, 3));
            foreach (Thread thread in threads) sync.Join(thread);
            trace.Add(released);
            trace.Add(sync.WaitOne(semaphore, 0));
            trace.Call(() => sync.Release(semaphore, 4));
        }),
        SyncCase.Of("WaitAny gives the lowest index and takes only that one", "258 1 2 True", static (sync, trace) =>
        {
            using var a = new AutoResetEvent(false);
            using var b = new AutoResetEvent(false);
            using var c = new AutoResetEvent(false);
            WaitHandle[] all = [a, b, c];
            trace.Add(sync.WaitAny(all, Short));
            sync.Set(c);
            sync.Set(b);
            trace.Add(sync.WaitAny(all));
            trace.Add(sync.WaitAny(all));
            Thread waiting = sync.Start(() => { sync.WaitAny(all); });
            sync.Sleep(Short);
            sync.Set(a);
            trace.Add(sync.Join(waiting, 30_000));
        }),
        SyncCase.Of("WaitAny of one handle twice", "0", static (sync, trace) =>
        {
            using var signal = new AutoResetEvent(false);
            Thread waiting = sync.Start(() => trace.Call(() => sync.WaitAny([signal, signal], 30_000)));
            sync.Sleep(Short);
            sync.Set(signal);
            sync.Join(waiting);
        }),
        SyncCase.Of("WaitAll takes all at once or none", "False True True", static (sync, trace) =>
        {
            using var a = new AutoResetEvent(false);
            using var b = new AutoResetEvent(false);
            sync.Set(a);
            trace.Add(sync.WaitAll([a, b], Short));
            trace.Add(sync.WaitOne(a, 0)); // not taken
            Thread waiting = sync.Start(() => trace.Call(() => sync.WaitAll([a, b], 30_000)));
            sync.Sleep(Short);
            sync.Set(a);
            sync.Sleep(Short);
            sync.Set(b);
            sync.Join(waiting);
        }),
        SyncCase.Of("WaitAny and WaitAll check their arguments",
            "ArgumentNullException ArgumentException NotSupportedException ArgumentNullException ArgumentOutOfRangeException ObjectDisposedException ArgumentNullException",
            static (sync, trace) =>
            {
                using var signal = new AutoResetEvent(false);
                var closed = new AutoResetEvent(false);
                closed.Dispose();
                trace.Call(() => sync.WaitAny(null!));
                trace.Call(() => sync.WaitAny([]));
                trace.Call(() => sync.WaitAny([.. Enumerable.Repeat<WaitHandle>(signal, 65)]));
                trace.Call(() => sync.WaitAny([signal, null!]));
                trace.Call(() => sync.WaitAny([signal], -2));
                trace.Call(() => sync.WaitAny([signal, closed], 30_000));
                trace.Call(() => sync.WaitAll([null!], 30_000));
            }),
        SyncCase.Of("WaitAll of one handle twice is refused", "DuplicateWaitObjectException", static (sync, trace) =>
        {
            using var signal = new AutoResetEvent(false);
            trace.Call(() => sync.WaitAll([signal, signal], 30_000));
        }),
        SyncCase.Of("A closed handle", "ObjectDisposedException ArgumentOutOfRangeException", static (sync, trace) =>
        {
            var closed = new ManualResetEvent(true);
            closed.Dispose();
            trace.Call(() => sync.WaitOne(closed, 30_000));
            trace.Call(() => sync.WaitOne(closed, -2));
        }),
        SyncCase.Of("A handle that is closed during a wait stays open for it", "False", static (sync, trace) =>
        {
            var signal = new AutoResetEvent(false);
            Thread waiting = sync.Start(() => trace.Call(() => sync.WaitOne(signal, 150)));
            SyncCase.Settle(sync, waiting);
            signal.Dispose();
            sync.Join(waiting);
        }),
        SyncCase.Of("Interrupt ends WaitOne, WaitAny and WaitAll and takes nothing",
            "ThreadInterruptedException ThreadInterruptedException ThreadInterruptedException True", static (sync, trace) =>
        {
            using var a = new AutoResetEvent(false);
            using var b = new AutoResetEvent(false);
            foreach (Action wait in new Action[] { () => sync.WaitOne(a), () => sync.WaitAny([a, b]), () => sync.WaitAll([a, b]) })
            {
                Thread waiting = sync.Start(() => trace.Call(wait));
                sync.Sleep(Short);
                sync.Interrupt(waiting);
                sync.Join(waiting);
            }
            sync.Set(a);
            trace.Add(sync.WaitOne(a, 0));
        }),
        SyncCase.Of("Mutex excludes, is recursive and belongs to its thread", "True True False ApplicationException True", static (sync, trace) =>
        {
            using var mutex = new Mutex();
            trace.Add(sync.WaitOne(mutex));
            trace.Add(sync.WaitOne(mutex));
            sync.Join(sync.Start(() =>
            {
                trace.Call(() => sync.WaitOne(mutex, Short));
                trace.Call(() => sync.ReleaseMutex(mutex));
            }));
            Thread waiting = sync.Start(() =>
            {
                trace.Call(() => sync.WaitOne(mutex, 30_000));
                sync.ReleaseMutex(mutex);
            });
            sync.Sleep(Short);
            sync.ReleaseMutex(mutex);
            sync.ReleaseMutex(mutex);
            sync.Join(waiting);
        }),
        SyncCase.Of("A mutex whose thread has ended is abandoned once", "AbandonedMutexException ok True", static (sync, trace) =>
        {
            using var mutex = new Mutex();
            bool taken = false;
            Thread dying = sync.Start(() =>
            {
                sync.WaitOne(mutex);
                Volatile.Write(ref taken, true);
                sync.Sleep(Short * 2);
            });
            SyncCase.Until(sync, () => Volatile.Read(ref taken));
            trace.Call(() => sync.WaitOne(mutex, 30_000));
            sync.Join(dying);
            trace.Call(() => sync.ReleaseMutex(mutex));
            trace.Call(() => sync.WaitOne(mutex, 30_000));
            sync.ReleaseMutex(mutex);
        }),
        SyncCase.Of("WaitAny over an event and a mutex", "0 1", static (sync, trace) =>
        {
            using var mutex = new Mutex();
            using var signal = new AutoResetEvent(false);
            sync.WaitOne(mutex);
            Thread waiting = sync.Start(() =>
            {
                trace.Call(() => sync.WaitAny([signal, mutex], 30_000));
                trace.Call(() => sync.WaitAny([signal, mutex], 30_000));
                sync.ReleaseMutex(mutex);
            });
            SyncCase.Settle(sync, waiting);
            sync.Set(signal);
            SyncCase.Until(sync, () => trace.ToString() != "");
            SyncCase.Settle(sync, waiting);
            sync.ReleaseMutex(mutex);
            sync.Join(waiting);
        }),
        SyncCase.Of("SignalAndWait signals, then waits", "True True False True ArgumentNullException ArgumentOutOfRangeException", static (sync, trace) =>
        {
            using var ping = new AutoResetEvent(false);
            using var pong = new AutoResetEvent(false);
            Thread other = sync.Start(() =>
            {
                trace.Call(() => sync.WaitOne(ping, 30_000));
                sync.Sleep(Short);
                sync.Set(pong);
            });
            sync.Sleep(Short);
            trace.Call(() => sync.SignalAndWait(ping, pong, 30_000));
            sync.Join(other);
            trace.Call(() => sync.SignalAndWait(ping, pong, Short));
            trace.Call(() => sync.WaitOne(ping, 0));
            trace.Call(() => sync.SignalAndWait(null!, pong, 0));
            trace.Call(() => sync.SignalAndWait(ping, pong, -2));
        }),
        SyncCase.Of("An interrupt that came before ends SignalAndWait and nothing is signalled", "ThreadInterruptedException False True", static (sync, trace) =>
        {
            using var ping = new AutoResetEvent(false);
            using var pong = new AutoResetEvent(true);
            bool interrupted = false;
            Thread waiting = sync.Start(() =>
            {
                while (!Volatile.Read(ref interrupted)) Thread.SpinWait(100);
                trace.Call(() => sync.SignalAndWait(ping, pong, 30_000));
            });
            sync.Interrupt(waiting);
            Volatile.Write(ref interrupted, true);
            sync.Join(waiting);
            trace.Add(sync.WaitOne(ping, 0));
            trace.Add(sync.WaitOne(pong, 0));
        }),
        SyncCase.Of("SignalAndWait of a full semaphore and of a mutex", "InvalidOperationException True True", static (sync, trace) =>
        {
            using var full = new Semaphore(1, 1);
            using var signal = new AutoResetEvent(true);
            using var mutex = new Mutex();
            trace.Call(() => sync.SignalAndWait(full, signal, 30_000));
            sync.WaitOne(mutex);
            sync.Set(signal);
            Thread waiting = sync.Start(() => { trace.Call(() => sync.WaitOne(mutex, 30_000)); sync.ReleaseMutex(mutex); });
            sync.Sleep(Short);
            trace.Call(() => sync.SignalAndWait(mutex, signal, 30_000));
            sync.Join(waiting);
        }),
    ];
}
