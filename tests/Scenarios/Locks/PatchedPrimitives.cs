using System.Collections.Concurrent;

namespace Patchy.Scenarios;

/// <summary>
/// Unmodified blocking code on greenlets of a patched process: everything that is built on monitors and wait handles must give the right result and
/// let others run meanwhile. Argument: user or kernel.
/// </summary>
internal sealed class PatchedPrimitives : IScenario
{
    private const int WaitMilliseconds = 100;
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        Patch.All(new PatchOptions { FiberKind = args is ["kernel", ..] ? FiberKind.Kernel : FiberKind.Auto });
        Tasks();
        SlimPrimitives();
        Handles();
        Locks();
        Nested();
        return _checks.Finish();
    }

    private void Tasks()
    {
        Case("Task.Wait", () => Task.Run(() => Thread.Sleep(WaitMilliseconds)).Wait(5000));
        Case("Task.Result", () => Task.Run(() => { Thread.Sleep(WaitMilliseconds); return 42; }).Result == 42);
        Case("GetAwaiter().GetResult()", () => Later(42).GetAwaiter().GetResult() == 42);
        Case("Task.WaitAll", () => Task.WaitAll([Later(1), Later(2), Later(3)], 5000));
        Case("Task.WaitAny", () => Task.WaitAny([Task.Delay(10_000), Later(2)], 5000) == 1);
        Case("Task.Wait times out", () => !Task.Delay(10_000).Wait(WaitMilliseconds));
        Case("Task.Wait is cancelled", () =>
        {
            using var source = new CancellationTokenSource(WaitMilliseconds);
            try { Task.Delay(10_000, CancellationToken.None).Wait(source.Token); }
            catch (OperationCanceledException) { return true; }
            return false;
        });
        Case("Task.Wait throws what the task threw", () =>
        {
            try { Task.Run(() => { Thread.Sleep(WaitMilliseconds); throw new FormatException(); }).Wait(); }
            catch (AggregateException e) { return e.InnerException is FormatException; }
            return false;
        });
        Case("Parallel.For", () =>
        {
            int sum = 0;
            Parallel.For(0, 8, i => { Thread.Sleep(WaitMilliseconds / 4); Interlocked.Add(ref sum, i); });
            return sum == 28;
        });
        Case("LongRunning task", () => Task.Factory.StartNew(() => { Thread.Sleep(WaitMilliseconds); return 7; }, TaskCreationOptions.LongRunning).Result == 7);
    }

    private void SlimPrimitives()
    {
        Case("ManualResetEventSlim", () => { using var e = new ManualResetEventSlim(); InPool(e.Set); return e.Wait(5000); });
        Case("SemaphoreSlim", () => { using var s = new SemaphoreSlim(0); InPool(() => s.Release()); return s.Wait(5000) && !s.Wait(0); });
        Case("SemaphoreSlim is cancelled", () =>
        {
            using var s = new SemaphoreSlim(0);
            using var source = new CancellationTokenSource(WaitMilliseconds);
            try { s.Wait(source.Token); }
            catch (OperationCanceledException) { return true; }
            return false;
        });
        Case("CountdownEvent", () => { using var c = new CountdownEvent(2); InPool(() => c.Signal()); InPool(() => c.Signal()); return c.Wait(5000); });
        Case("Barrier", () => { using var b = new Barrier(2); InPool(() => b.SignalAndWait(5000)); return b.SignalAndWait(5000); });
        Case("BlockingCollection", () => { using var c = new BlockingCollection<int>(); InPool(() => c.Add(5)); return c.Take() == 5; });
        Case("BlockingCollection is bounded", () =>
        {
            using var c = new BlockingCollection<int>(1) { 1 };
            InPool(() => c.Take());
            return c.TryAdd(2, 5000);
        });
        Case("BlockingCollection.TakeFromAny", () =>
        {
            using var a = new BlockingCollection<int>();
            using var b = new BlockingCollection<int>();
            InPool(() => b.Add(9));
            return BlockingCollection<int>.TakeFromAny([a, b], out int got) == 1 && got == 9;
        });
        Case("ReaderWriterLockSlim", () =>
        {
            using var l = new ReaderWriterLockSlim();
            Thread writer = new(() => { l.EnterWriteLock(); Thread.Sleep(WaitMilliseconds); l.ExitWriteLock(); });
            writer.Start();
            while (!l.IsWriteLockHeld && l.CurrentReadCount == 0 && l.TryEnterReadLock(0)) { l.ExitReadLock(); Thread.Sleep(1); }
            bool read = l.TryEnterReadLock(5000);
            l.ExitReadLock();
            writer.Join();
            return read;
        });
        Case("Lazy", () =>
        {
            int made = 0;
            var lazy = new Lazy<int>(() => { Thread.Sleep(WaitMilliseconds); return ++made; });
            Thread other = new(() => _ = lazy.Value);
            other.Start();
            int value = lazy.Value;
            other.Join();
            return value == 1 && made == 1;
        });
        Case("SpinWait.SpinUntil", () =>
        {
            bool done = false;
            Thread other = new(() => { Thread.Sleep(WaitMilliseconds); done = true; });
            other.Start();
            return SpinWait.SpinUntil(() => Volatile.Read(ref done), 5000);
        });
    }

    private void Handles()
    {
        Case("AutoResetEvent", () => { using var e = new AutoResetEvent(false); InPool(() => e.Set()); return e.WaitOne(5000) && !e.WaitOne(0); });
        Case("ManualResetEvent set by a greenlet", () =>
        {
            using var e = new ManualResetEvent(false);
            Thread other = new(() => { Thread.Sleep(WaitMilliseconds); e.Set(); });
            other.Start();
            bool set = e.WaitOne();
            other.Join();
            return set;
        });
        Case("Semaphore", () => { using var s = new Semaphore(0, 5); InPool(() => s.Release(2)); return s.WaitOne(5000) && s.WaitOne(0) && !s.WaitOne(0); });
        Case("WaitAny", () =>
        {
            using var a = new AutoResetEvent(false);
            using var b = new AutoResetEvent(false);
            InPool(() => b.Set());
            return WaitHandle.WaitAny([a, b]) == 1;
        });
        Case("WaitAll", () =>
        {
            using var a = new AutoResetEvent(false);
            using var b = new AutoResetEvent(false);
            InPool(() => b.Set());
            InPool(() => a.Set());
            return WaitHandle.WaitAll([a, b], 5000);
        });
        Case("Mutex", () =>
        {
            using var m = new Mutex();
            Thread other = new(() => { m.WaitOne(); Thread.Sleep(WaitMilliseconds); m.ReleaseMutex(); });
            other.Start();
            Thread.Sleep(5);
            bool got = m.WaitOne(5000);
            m.ReleaseMutex();
            other.Join();
            return got;
        });
        Case("CancellationToken.WaitHandle", () =>
        {
            using var source = new CancellationTokenSource(WaitMilliseconds);
            return source.Token.WaitHandle.WaitOne(5000);
        });
        Case("Timer disposed with a handle", () =>
        {
            using var e = new ManualResetEvent(false);
            var timer = new Timer(_ => Thread.Sleep(WaitMilliseconds), null, 0, Timeout.Infinite);
            Thread.Sleep(10);
            return timer.Dispose(e) && e.WaitOne(5000);
        });
        Case("RegisterWaitForSingleObject", () =>
        {
            using var e = new AutoResetEvent(false);
            using var called = new ManualResetEvent(false);
            RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(e, (_, _) => called.Set(), null, 5000, true);
            InPool(() => e.Set());
            bool ok = called.WaitOne(5000);
            using var gone = new ManualResetEvent(false);
            return ok && (!wait.Unregister(gone) || gone.WaitOne(5000));
        });
    }

    private void Locks()
    {
        Case("lock", () => Excludes(body => { object o = new(); return () => { lock (o) body(); }; }));
        Case("System.Threading.Lock", () => Excludes(body => { Lock l = new(); return () => { lock (l) body(); }; }));
        Case("Lock.TryEnter with a timeout", () =>
        {
            Lock l = new();
            Thread other = new(() => { lock (l) Thread.Sleep(WaitMilliseconds); });
            other.Start();
            Thread.Sleep(5);
            bool early = l.TryEnter(5);
            bool late = l.TryEnter(5000);
            if (late) l.Exit();
            other.Join();
            return !early && late;
        });
        Case("Mutex excludes", () => Excludes(body => { Mutex m = new(); return () => { m.WaitOne(); body(); m.ReleaseMutex(); }; }));
        Case("SemaphoreSlim excludes", () => Excludes(body => { SemaphoreSlim s = new(1); return () => { s.Wait(); body(); s.Release(); }; }));
        Case("ReaderWriterLockSlim excludes", () => Excludes(body => { ReaderWriterLockSlim l = new(); return () => { l.EnterWriteLock(); body(); l.ExitWriteLock(); }; }));
#pragma warning disable CA2002 // a lock on a synchronized method's object is what is tried
        Case("SpinLock excludes", () => Excludes(body => { var box = new SpinBox(); return () => { bool taken = false; box.Lock.Enter(ref taken); body(); box.Lock.Exit(); }; }, sleeps: false));
#pragma warning restore CA2002
    }

    private void Nested()
    {
        Case("A producer and its consumers", () =>
        {
            using var queue = new BlockingCollection<int>(10);
            int sum = 0;
            Thread[] consumers = [.. Enumerable.Range(0, 5).Select(_ => new Thread(() => { foreach (int i in queue.GetConsumingEnumerable()) { Thread.Sleep(1); sum += i; } }))];
            foreach (Thread consumer in consumers) consumer.Start();
            for (int i = 1; i <= 100; i++) queue.Add(i);
            queue.CompleteAdding();
            foreach (Thread consumer in consumers) consumer.Join();
            return sum == 5050;
        });
        Case("Two hundred waits on one event", () =>
        {
            using var go = new ManualResetEventSlim();
            int through = 0;
            Thread[] threads = [.. Enumerable.Range(0, 200).Select(_ => new Thread(() => { go.Wait(); through++; }))];
            foreach (Thread thread in threads) thread.Start();
            Thread.Sleep(20);
            go.Set();
            foreach (Thread thread in threads) thread.Join();
            return through == 200;
        });
    }

    // 20 greenlets and 2 pool threads: never two inside at once, nobody starves.
    private static bool Excludes(Func<Action, Action> make, bool sleeps = true)
    {
        int inside = 0, most = 0, done = 0;
        Action guarded = make(() =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            if (sleeps && done % 16 == 0) Thread.Sleep(1);
            Interlocked.Decrement(ref inside);
            done++;
        });
        Task[] pool = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => { for (int i = 0; i < 100; i++) guarded(); }))];
        Thread[] green = [.. Enumerable.Range(0, 20).Select(_ => new Thread(() => { for (int i = 0; i < 20; i++) guarded(); }))];
        foreach (Thread thread in green) thread.Start();
        foreach (Thread thread in green) thread.Join();
        Task.WaitAll(pool);
        return most == 1 && done == 600;
    }

    private static Task<int> Later(int value) => Task.Run(async () => { await Task.Delay(WaitMilliseconds); return value; });

    private static void InPool(Action action) => ThreadPool.QueueUserWorkItem(_ => { Thread.Sleep(WaitMilliseconds); action(); });

    private void Case(string name, Func<bool> body)
    {
        int ticks = 0;
        bool over = false, ok = false;
        Exception? failure = null;
        Thread ticker = new(() => { while (!Volatile.Read(ref over)) { Thread.Sleep(1); ticks++; } });
        Thread subject = new(() =>
        {
            try { ok = body(); }
            catch (Exception e) { failure = e; }
            Volatile.Write(ref over, true);
        });
        ticker.Start();
        subject.Start();
        bool ended = subject.Join(20_000);
        if (ended) ticker.Join();
        _checks.That(name, ended && ok && ticks >= 1, ended && ok && ticks >= 1 ? null : $"ended {ended}, right {ok}, ticks meanwhile {ticks} {failure}");
    }

    private sealed class SpinBox
    {
        public SpinLock Lock = new(false);
    }
}
