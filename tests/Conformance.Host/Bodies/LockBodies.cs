namespace Patchy.Conformance.Bodies;

/// <summary>System.Threading.Lock, SpinLock and the reader-writer locks.</summary>
internal static class LockBodies
{
    [Body]
    public static void Lock_Recursion_NeedsAsManyExits(Outcome o, PartnerKind kind)
    {
        var gate = new Lock();
        gate.Enter();
        using (gate.EnterScope())
        {
            Thread.Sleep(1);
            o.Say("held", gate.IsHeldByCurrentThread);
        }

        o.Say("held", gate.IsHeldByCurrentThread);
        Partner.Start(kind, () =>
        {
            o.Say("held by the other", gate.IsHeldByCurrentThread);
            o.Does("TryEnter", () => gate.TryEnter());
            o.Does("TryEnter(0)", () => gate.TryEnter(0));
            o.Took("TryEnter(20)", 20, () => gate.TryEnter(20));
            o.Does("Exit", () => gate.Exit());
        }).Join();
        gate.Exit();
        o.Say("held", gate.IsHeldByCurrentThread);
        o.Does("one too many", () => gate.Exit());
        o.Does("-2", () => gate.TryEnter(-2));
        o.Does("-2 ms", () => gate.TryEnter(TimeSpan.FromMilliseconds(-2)));
    }

    [Body(Blocks = 40)]
    public static void Lock_HeldByAnother_WaitsForItsExit(Outcome o, PartnerKind kind)
    {
        var gate = new Lock();
        using var taken = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                Thread.Sleep(60);
                o.Say("owner leaves");
            }
        });
        taken.Wait();
        lock (gate) o.Say("entered");
        other.Join();
    }

    [Body]
    public static void Lock_TryEnterZero_NeverSwitches(Outcome o)
    {
        var gate = new Lock();
        using var other = new LockHolder(PartnerKind.Thread, gate);
        o.NeverSwitches("TryEnter()", () => gate.TryEnter());
        o.NeverSwitches("TryEnter(0)", () => gate.TryEnter(0));
    }

    [Body]
    public static void Lock_CounterWithoutInterlocked_IsExact(Outcome o, PartnerKind kind)
    {
        var gate = new Lock();
        int count = 0, inside = 0, worst = 0;
        void Add()
        {
            for (int k = 0; k < 1500; k++)
            {
                lock (gate)
                {
                    worst = Math.Max(worst, ++inside);
                    int old = count;
                    if (k % 300 == 0) Thread.Sleep(1);
                    count = old + 1;
                    inside--;
                }
            }
        }

        Partner[] others = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(kind, Add))];
        Add();
        Partner.JoinAll(others);
        o.Say("count", count);
        o.Say("worst", worst);
    }

    [Body(Blocks = 30)]
    public static void Lock_Interrupted_Throws(Outcome o, PartnerKind kind)
    {
        var gate = new Lock();
        using (new LockHolder(kind, gate))
        {
            Thread me = Thread.CurrentThread;
            Partner waker = Partner.Later(kind, () => me.Interrupt());
            o.Took("Enter", 30, () => gate.Enter());
            o.Say("held", gate.IsHeldByCurrentThread);
            waker.Join();
        }

        o.Does("TryEnter afterwards", () => gate.TryEnter(1000));
    }

    [Body(Blocks = 20)]
    public static void SpinLock_HeldAcrossAWait_Excludes(Outcome o, PartnerKind kind)
    {
        var box = new SpinBox();
        int count = 0;
        void Add()
        {
            for (int k = 0; k < 10; k++)
            {
                bool taken = false;
                box.Lock.Enter(ref taken);
                int old = count;
                Thread.Sleep(1);
                count = old + 1;
                box.Lock.Exit();
            }
        }

        Partner[] others = [.. Enumerable.Range(0, 2).Select(_ => Partner.Start(kind, Add))];
        Add();
        Partner.JoinAll(others);
        o.Say("count", count);
    }

    [Body]
    public static void SpinLock_Tracking_KnowsItsOwner(Outcome o)
    {
        var box = new SpinBox();
        bool taken = false;
        box.Lock.Enter(ref taken);
        Thread.Sleep(1);
        o.Say("held here", box.Lock.IsHeldByCurrentThread);
        o.Does("recursion", () =>
        {
            bool again = false;
            box.Lock.Enter(ref again);
        });
        Partner.Start(() =>
        {
            o.Say("held there", box.Lock.IsHeldByCurrentThread);
            o.Does("exit there", () => box.Lock.Exit());
            bool got = false;
            o.Took("TryEnter(20)", 20, () => box.Lock.TryEnter(20, ref got));
            o.Say("got", got);
        }).Join();
        box.Lock.Exit();
        o.Does("exit twice", () => box.Lock.Exit());
    }

    private sealed class SpinBox
    {
        public SpinLock Lock = new(enableThreadOwnerTracking: true);
    }

    [Body]
    public static void ReaderWriterLockSlim_Contract_IsAsNatively(Outcome o)
    {
        using var gate = new ReaderWriterLockSlim();
        o.Does("exit read unowned", () => gate.ExitReadLock());
        o.Does("exit write unowned", () => gate.ExitWriteLock());
        o.Does("exit upgradeable unowned", () => gate.ExitUpgradeableReadLock());
        gate.EnterReadLock();
        o.Say("read held", $"{gate.IsReadLockHeld} {gate.CurrentReadCount} {gate.RecursiveReadCount}");
        o.Does("read recursion", () => gate.EnterReadLock());
        o.Does("write after read", () => gate.EnterWriteLock());
        gate.ExitReadLock();
        gate.EnterWriteLock();
        Thread.Sleep(1);
        o.Say("write held", gate.IsWriteLockHeld);
        o.Does("write recursion", () => gate.EnterWriteLock());
        gate.ExitWriteLock();
        gate.EnterUpgradeableReadLock();
        gate.EnterWriteLock();
        o.Say("upgraded", $"{gate.IsUpgradeableReadLockHeld} {gate.IsWriteLockHeld}");
        gate.ExitWriteLock();
        gate.ExitUpgradeableReadLock();
        o.Does("-2", () => gate.TryEnterReadLock(-2));
        gate.EnterReadLock();
        o.Does("dispose while held", () => gate.Dispose());
        gate.ExitReadLock();
        gate.Dispose();
        o.Does("after dispose", () => gate.EnterReadLock());
    }

    [Body(Blocks = 60)]
    public static void ReaderWriterLockSlim_Writer_WaitsForReaders(Outcome o, PartnerKind kind)
    {
        using var gate = new ReaderWriterLockSlim();
        using var reading = new CountdownEvent(2);
        using var tried = new ManualResetEventSlim();
        Partner[] readers = [.. Enumerable.Range(0, 2).Select(_ => Partner.Start(kind, () =>
        {
            gate.EnterReadLock();
            reading.Signal();
            tried.Wait();
            Thread.Sleep(70);
            o.Say("reader leaves");
            gate.ExitReadLock();
        }))];
        reading.Wait();
        o.Took("TryEnterWriteLock(10)", 10, () => gate.TryEnterWriteLock(10));
        o.Took("TryEnterWriteLock(0)", 0, () => gate.TryEnterWriteLock(0));
        o.Does("read meanwhile", () => gate.TryEnterReadLock(0));
        gate.ExitReadLock();
        tried.Set();
        gate.EnterWriteLock();
        o.Say("writer is in");
        gate.ExitWriteLock();
        Partner.JoinAll(readers);
    }

    [Body]
    public static void ReaderWriterLockSlim_ManyOfBoth_Exclude(Outcome o)
    {
        using var gate = new ReaderWriterLockSlim(LockRecursionPolicy.SupportsRecursion);
        int readers = 0, writers = 0, bad = 0, writes = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 12).Select(n => Partner.Start(n % 4 == 1 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int k = 0; k < 12; k++)
            {
                if (n % 3 == 0)
                {
                    gate.EnterWriteLock();
                    if (Interlocked.Increment(ref writers) != 1 || Volatile.Read(ref readers) != 0) Interlocked.Increment(ref bad);
                    if (k % 4 == 0) Thread.Sleep(1);
                    writes++;
                    Interlocked.Decrement(ref writers);
                    gate.ExitWriteLock();
                }
                else
                {
                    gate.EnterReadLock();
                    Interlocked.Increment(ref readers);
                    if (Volatile.Read(ref writers) != 0) Interlocked.Increment(ref bad);
                    if (k % 4 == 0) Thread.Sleep(1);
                    Interlocked.Decrement(ref readers);
                    gate.ExitReadLock();
                }
            }
        }))]);
        o.Say("bad", bad);
        o.Say("writes", writes);
    }

    [Body(Blocks = 30)]
    public static void ReaderWriterLock_Contract_IsAsNatively(Outcome o, PartnerKind kind)
    {
        var gate = new ReaderWriterLock();
        o.Does("release unowned", () => gate.ReleaseReaderLock());
        gate.AcquireWriterLock(100);
        gate.AcquireWriterLock(100);
        Thread.Sleep(1);
        o.Say("held", $"{gate.IsWriterLockHeld} {gate.IsReaderLockHeld} {gate.WriterSeqNum}");
        Partner.Start(kind, () =>
        {
            o.Took("reader", 20, () => gate.AcquireReaderLock(20));
            o.Took("writer", 20, () => gate.AcquireWriterLock(TimeSpan.FromMilliseconds(20)));
        }).Join();
        gate.ReleaseWriterLock();
        Partner reader = Partner.Start(kind, () =>
        {
            o.Does("reader waits", () => gate.AcquireReaderLock(-1));
            o.Say("reader is in");
            gate.ReleaseReaderLock();
        });
        Outcome.Settle();
        o.Say("writer leaves");
        gate.ReleaseWriterLock();
        reader.Join();
        gate.AcquireReaderLock(-1);
        LockCookie cookie = gate.UpgradeToWriterLock(100);
        o.Say("upgraded", gate.IsWriterLockHeld);
        gate.DowngradeFromWriterLock(ref cookie);
        o.Say("downgraded", $"{gate.IsWriterLockHeld} {gate.IsReaderLockHeld}");
        gate.ReleaseReaderLock();
    }
}
