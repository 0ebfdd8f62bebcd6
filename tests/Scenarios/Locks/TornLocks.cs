using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Scenarios;

/// <summary>
/// Kills, timeouts and interrupts never tear what the framework keeps count of under a lock of its own, also where the runtime has inlined it into the user's code, and they still
/// end a wait for a lock of the user's. First one by one, in code that is hot; then as a storm on each primitive. Argument: the seconds of each storm.
/// </summary>
internal sealed class TornLocks : IScenario
{
    private const int Permits = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly object s_own = new();
    private static readonly Lock s_ownLock = new();
    private static int s_work;
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        Patch.All();
        var time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 1);
        OneByOne();
        Storms(time);
        return _checks.Finish();
    }

    private void OneByOne()
    {
        using var slim = new SemaphoreSlim(Permits);
        for (int round = 0; round < 30; round++)
        {
            for (int i = 0; i < 3000; i++)
            {
                slim.Wait();
                GiveBack(slim, Permits);
                slim.Wait();
                GiveBackUnderALock(slim, Permits);
                LockOfTheUsers();
                LockOfTheUsersInlined();
                ModernLockOfTheUsers();
            }
            Thread.Sleep(5); // the runtime compiles it again, in the background
        }
        Withheld("Release", static slim => GiveBack(slim, Permits));
        Withheld("Release under a lock", static slim => GiveBackUnderALock(slim, Permits));
        Raised("lock", LockOfTheUsers, Holding(s_own));
        Raised("lock in a small method", LockOfTheUsersInlined, Holding(s_own));
        Raised("System.Threading.Lock", ModernLockOfTheUsers, body => { lock (s_ownLock) body(); });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void GiveBack(SemaphoreSlim slim, int permits)
    {
        s_work++;
        s_work = Math.Max(slim.Release(), permits) + s_work;
    }

    private static void ReleaseUnderALock(SemaphoreSlim slim)
    {
        lock (s_own) slim.Release();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void GiveBackUnderALock(SemaphoreSlim slim, int permits)
    {
        s_work += permits;
        ReleaseUnderALock(slim);
        s_work -= permits;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LockOfTheUsers()
    {
        s_work++;
        lock (s_own) s_work--;
    }

    private static void Small()
    {
        lock (s_own) s_work--;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LockOfTheUsersInlined()
    {
        s_work++;
        Small();
        s_work++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ModernLockOfTheUsers()
    {
        s_work++;
        lock (s_ownLock) s_work--;
    }

    private static Action<Action> Holding(object target) => body => { lock (target) body(); };

    /// <summary>Killed, timed out and interrupted while it waits for the framework's lock: it goes on, and all permits are there.</summary>
    private void Withheld(string name, Action<SemaphoreSlim> call)
    {
        foreach (string how in new[] { "kill", "timeout", "interrupt" })
        {
            bool inTime = false;
            for (int attempt = 0; attempt < 20 && !inTime; attempt++) inTime = Withheld(name, how, call);
            _checks.That($"{name}: the {how} was tried", inTime);
        }
    }

    /// <summary>False where the machine was so slow that the lock was held for nearly a second: what is held back is raised after that time, and such a round says nothing.</summary>
    private bool Withheld(string name, string how, Action<SemaphoreSlim> call)
    {
        using var slim = new SemaphoreSlim(Permits);
        object bookkeeping = typeof(SemaphoreSlim).GetField("m_lockObjAndDisposed", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(slim)!;
        bool cameBack = false, after = false, heldBack = false;
        TimeSpan held = default;
        slim.Wait();
        Held(Holding(bookkeeping), release =>
        {
            var watch = Stopwatch.StartNew();
            Thread green = Doomed(how, () => call(slim), out Func<bool> ended, () => cameBack = true, () => after = true);
            Thread.Sleep(60);
            heldBack = !cameBack && !ended();
            release();
            green.Join();
            held = watch.Elapsed;
        });
        if (held > TimeSpan.FromMilliseconds(700)) return false;
        _checks.That($"{name}: the {how} is held back", heldBack);
        _checks.That($"{name}: the {how} comes at the next wait", cameBack && !after);
        _checks.That($"{name}: all permits are there after the {how}", slim.CurrentCount == Permits, $"{slim.CurrentCount} of {Permits}");
        return true;
    }

    /// <summary>Killed, timed out and interrupted while it waits for a lock of the user's: it ends there.</summary>
    private void Raised(string name, Action call, Action<Action> holding)
    {
        foreach (string how in new[] { "kill", "timeout", "interrupt" })
        {
            bool cameBack = false;
            Held(holding, release =>
            {
                Thread green = Doomed(how, call, out Func<bool> ended, () => cameBack = true, () => { });
                bool over = green.Join(10_000);
                _checks.That($"{name}: the {how} ends the wait", over && ended() && !cameBack);
                release();
                green.Join();
            });
        }
    }

    private static Thread Doomed(string how, Action call, out Func<bool> ended, Action cameBack, Action after)
    {
        bool over = false;
        ended = () => over;
        void Body()
        {
            call();
            cameBack();
            Thread.Sleep(30_000);
            after();
        }
        Greenlet? greenlet = null;
        var green = new Thread(() =>
        {
            greenlet = Greenlet.Current;
            try
            {
                if (how == "timeout") GreenletTimeout.Run(TimeSpan.FromMilliseconds(15), Body);
                else Body();
            }
            catch (Exception e) when (e is GreenletTimeout or ThreadInterruptedException or GreenletExit) { }
            over = true;
        });
        green.Start();
        while (Volatile.Read(ref greenlet) is null) Thread.Sleep(1);
        Thread.Sleep(10);
        if (how == "kill") greenlet!.Kill(new GreenletExit(), block: false);
        if (how == "interrupt") green.Interrupt();
        return green;
    }

    private static void Held(Action<Action> holding, Action<Action> body)
    {
        bool held = false, release = false;
        Greenlet holder = Greenlet.Spawn(() => holding(() => { held = true; while (!release) Thread.Sleep(1); }));
        while (!held) Thread.Sleep(1);
        body(() => release = true);
        release = true;
        holder.Join();
    }

    private void Storms(TimeSpan time)
    {
        using var slim = new SemaphoreSlim(Permits);
        Storm("SemaphoreSlim", time, random =>
        {
            if (!slim.Wait(random.Next(-1, 4))) return;
            try { Nap(random); }
            finally { slim.Release(); }
        }, () => slim.CurrentCount == Permits && Hands(slim.Wait, () => slim.Release()), () => $"{slim.CurrentCount} permits");

        using var semaphore = new Semaphore(Permits, Permits);
        Storm("Semaphore", time, random =>
        {
            if (!semaphore.WaitOne(random.Next(0, 4))) return;
            try { Nap(random); }
            finally { semaphore.Release(); }
        }, () => Enumerable.Range(0, Permits).All(_ => semaphore.WaitOne(0)) && !semaphore.WaitOne(0), () => "permits are lost");

        using var mutex = new Mutex();
        Excluding("Mutex", time, random => mutex.WaitOne(random.Next(0, 4)), mutex.ReleaseMutex);
        object monitor = new();
        Excluding("Monitor", time, random => Monitor.TryEnter(monitor, random.Next(-1, 4)), () => Monitor.Exit(monitor));
        using var readerWriter = new ReaderWriterLockSlim();
        Excluding("ReaderWriterLockSlim", time, random =>
        {
            if (random.Next(2) == 0) return readerWriter.TryEnterWriteLock(random.Next(0, 4));
            if (readerWriter.TryEnterReadLock(random.Next(0, 4))) try { Nap(random); } finally { readerWriter.ExitReadLock(); }
            return false;
        }, readerWriter.ExitWriteLock);

        using var queue = new BlockingCollection<int>(2);
        for (int i = 0; i < 2; i++) queue.Add(i);
        Storm("BlockingCollection", time, random =>
        {
            if (!queue.TryTake(out int item, random.Next(-1, 4))) return;
            try { Nap(random); }
            finally { queue.Add(item); }
        }, () => queue.Count == 2 && queue.TryTake(out _, 1000) && queue.TryTake(out _, 1000) && !queue.TryTake(out _), () => $"{queue.Count} items");
    }

    private void Excluding(string name, TimeSpan time, Func<Random, bool> enter, Action exit)
    {
        int inside = 0;
        bool two = false;
        Storm(name, time, random =>
        {
            if (!enter(random)) return;
            try
            {
                two |= Interlocked.Increment(ref inside) != 1;
                Nap(random);
            }
            finally
            {
                Interlocked.Decrement(ref inside);
                exit();
            }
        }, () =>
        {
            bool free = false;
            for (int i = 0; i < 1000 && !free; i++) free = enter(new Random(i));
            if (free) exit();
            return free && !two;
        }, () => two ? "two inside" : "it does not get free");
    }

    // One that waits without a limit is woken by a release: what has counted the waiters still fits.
    private static bool Hands(Action wait, Action release)
    {
        for (int i = 0; i < Permits; i++) wait();
        Greenlet waiting = Greenlet.Spawn(wait);
        Thread.Sleep(5);
        release();
        return waiting.Join(s_patience);
    }

    private void Storm(string name, TimeSpan time, Action<Random> step, Func<bool> isWhole, Func<string> found)
    {
        const int Many = 12;
        bool stop = false;
        string? failure = null;
        int seed = 0, raised = 0;
        void Body()
        {
            var random = new Random(++seed);
            while (!stop)
            {
                try
                {
                    if (random.Next(3) != 0) step(random);
                    else GreenletTimeout.Run(TimeSpan.FromMilliseconds(random.NextDouble() * 2), () => { for (int i = 0; i < 5; i++) step(random); });
                }
                catch (Exception e) when (e is GreenletTimeout or ThreadInterruptedException) { raised++; }
                catch (Exception e) when (e is not GreenletExit) { failure ??= e.ToString(); }
                Thread.Yield();
            }
        }
        Thread Green(int i)
        {
            Thread thread = new(Body) { IsBackground = true, Name = $"{name} {i}" };
            thread.Start();
            return thread;
        }
        Hub other = Hub.Start("other");
        Thread[] threads = [.. Enumerable.Range(0, Many / 2).Select(Green)];
        List<Greenlet> greenlets = [.. Enumerable.Range(0, Many).Select(i => (i % 2 == 0 ? Hub.Current : other).Spawn(Body))];
        var watch = Stopwatch.StartNew();
        var dice = new Random(1);
        while (watch.Elapsed < time || (raised == 0 && watch.Elapsed < s_patience))
        {
            Thread.Sleep(1);
            threads[dice.Next(threads.Length)].Interrupt();
            int at = dice.Next(greenlets.Count);
            greenlets[at].Kill(new GreenletExit(), block: false);
            greenlets.Add((dice.Next(2) == 0 ? Hub.Current : other).Spawn(Body));
            if (greenlets.Count > 100) greenlets.RemoveAll(greenlet => greenlet.Dead);
        }
        stop = true;
        bool ended = true;
        foreach (Greenlet greenlet in greenlets) ended &= greenlet.Join(s_patience);
        foreach (Thread thread in threads) ended &= thread.Join(s_patience);
        if (!ended) Console.WriteLine(HubDump.Text());
        bool whole = ended && isWhole();
        _checks.That($"{name}: whole after {raised} exceptions", whole && raised > 0 && failure is null, !ended ? "it hangs" : failure ?? found());
        if (!ended) Environment.Exit(1);
    }

    private static void Nap(Random random)
    {
        if (random.Next(2) == 0) Thread.Yield();
        else if (random.Next(4) == 0) Thread.Sleep(1);
    }
}
