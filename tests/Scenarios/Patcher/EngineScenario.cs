using System.Reflection;
using System.Runtime.InteropServices;
using Patchy.Detours;

namespace Patchy.Scenarios.Patcher;

/// <summary>The cell engine under this process's runtime settings: each kind of method and caller, load, late methods, refusals.</summary>
internal sealed unsafe class EngineScenario : IScenario
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
    private readonly Checks _checks = new();
    private readonly PrecodeCellEngine _engine;

    public EngineScenario()
    {
        RuntimeLayout layout = RuntimeLayout.Read(RuntimeProbe.OfThisProcess());
        _engine = new PrecodeCellEngine(layout);
    }

    public int Run(string[] args)
    {
        EngineSelfTest.Run(_engine);
        EngineSelfTest.Run(_engine); // a second trial in one process must pass as well
        MethodKinds();
        ClassLibrary();
        Cycles(args.Length > 0 ? int.Parse(args[0]) : 2000);
        LateMethod();
        Refusals();
        return _checks.Finish();
    }

    private void MethodKinds()
    {
        MethodInfo twice = Victim(nameof(Victims.Twice));
        Func<int, int> early = Victims.Twice;
        delegate*<int, int> pointer = &Victims.Twice;
        IDetour detour = Patch(twice, nameof(Replacements.Twice));
        _checks.That("fresh, not late", detour.LateReason is null, detour.LateReason);
        _checks.That("direct call", Callers.Twice(4) == -8);
        _checks.That("delegate made before", early(4) == -8);
        _checks.That("delegate made after", new Func<int, int>(Victims.Twice)(4) == -8);
        _checks.That("function pointer taken before", pointer(4) == -8);
        for (int i = 0; i < 3; i++) _checks.That("reflection", (int)twice.Invoke(null, [4])! == -8);
        _checks.That("every call was counted", Replacements.Calls == 7, Replacements.Calls);
        _checks.That("original by pointer", ((delegate*<int, int>)detour.Original)(4) == 8);
        Replacements.Calls = 0;
        int wrong = 0;
        for (int round = 0; round < 6; round++)
        {
            for (int i = 0; i < 20_000; i++) wrong += Callers.Twice(i) == -2 * i ? 0 : 1;
            Pause(60);
        }
        _checks.That("120,000 calls across tier-up", wrong == 0 && Replacements.Calls == 120_000, $"{wrong} wrong, {120_000 - Replacements.Calls} escaped");
        End(detour);
        _checks.That("native after undo", Callers.Twice(4) == 8 && early(4) == 8);
        IDetour again = Patch(twice, nameof(Replacements.Twice));
        _checks.That("patched again without being late", again.LateReason is null && Callers.Twice(4) == -8, again.LateReason);
        End(again);

        var victims = new Victims();
        detour = Patch(Victim(nameof(Victims.Add)), nameof(Replacements.Add));
        _checks.That("instance method", Callers.Add(victims, 5) == 1_000_105);
        End(detour);
        detour = Patch(Victim(nameof(Victims.TryFind)), nameof(Replacements.TryFind));
        _checks.That("out parameter as object", Callers.TryFind(victims, "ab", out string? found) && found == "ab!100", found);
        End(detour);
        detour = Patch(Victim(nameof(Victims.Filtered)), nameof(Replacements.Filtered));
        _checks.That("exception filter", Callers.Filtered("x") == "[filtered]" && Callers.Filtered("12") == "[12]");
        End(detour);
        detour = Patch(typeof(Victims.Counter).GetMethod(nameof(Victims.Counter.Next))!, nameof(Replacements.Next));
        var counter = new Victims.Counter { Value = 1 };
        _checks.That("struct method, this by reference", Callers.Next(ref counter, 2) == 21 && counter.Value == 21, counter.Value);
        End(detour);
    }

    private void ClassLibrary()
    {
        MethodInfo sleep = typeof(Thread).GetMethod("Sleep", [typeof(int)])!;
        Action<int> early = Thread.Sleep;
        IDetour detour = Patch(sleep, nameof(Replacements.Sleep));
        Replacements.SleepOriginal = (delegate*<int, void>)detour.Original;
        Thread.Sleep(0);
        Thread.Sleep(TimeSpan.Zero); // R2R code of CoreLib calls Sleep(int)
        early(0);
        _checks.That("Thread.Sleep: JIT caller, R2R caller, delegate", Replacements.SleepCalls == 3, Replacements.SleepCalls);
        long before = Environment.TickCount64;
        Thread.Sleep(40);
        _checks.That("Thread.Sleep's original sleeps", Environment.TickCount64 - before >= 39);
        Replacements.SleepCalls = 0;
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 4000; i++) Thread.Sleep(0);
            Pause(60);
        }
        _checks.That("20,000 sleeps across tier-up", Replacements.SleepCalls == 20_000, Replacements.SleepCalls);
        End(detour);

        detour = Patch(typeof(Monitor).GetMethod("Wait", [typeof(object), typeof(int)])!, nameof(Replacements.Wait));
        Replacements.WaitOriginal = (delegate*<object, int, bool>)detour.Original;
        IDetour enter = Patch(typeof(Monitor).GetMethod("Enter_Slowpath", Any, [typeof(object)])!, nameof(Replacements.EnterSlow), d => Replacements.EnterSlowOriginal = (delegate*<object, void>)d.Original);
        object gate = new();
        lock (gate) Callers.Wait(gate, TimeSpan.FromMilliseconds(1));
        _checks.That("Monitor.Wait(TimeSpan) from R2R code", Replacements.WaitCalls == 1, Replacements.WaitCalls);
        // It spins first, and on a busy machine its time may pass before it has come to wait: again, then.
        for (int attempt = 0; attempt < 20 && Replacements.WaitCalls < 2; attempt++)
        {
            using var slim = new SemaphoreSlim(0);
            slim.Wait(300);
        }
        _checks.That("SemaphoreSlim.Wait reaches Monitor.Wait", Replacements.WaitCalls >= 2, Replacements.WaitCalls);
        int entered = Volatile.Read(ref Replacements.EnterCalls);
        bool held = false;
        var holder = new Thread(() =>
        {
            lock (gate)
            {
                Volatile.Write(ref held, true);
                for (int i = 0; i < 10_000 && Volatile.Read(ref Replacements.EnterCalls) == entered; i++) Pause(1);
            }
        });
        holder.Start();
        while (!Volatile.Read(ref held)) Pause(1);
        lock (gate) { }
        holder.Join();
        _checks.That("a contended lock reaches Enter_Slowpath", Replacements.EnterCalls > entered, Replacements.EnterCalls - entered);
        var collector = new Thread(() => { for (int i = 0; i < 30; i++) GC.Collect(); });
        collector.Start();
        int calls = Replacements.WaitCalls, made = 0;
        while (collector.IsAlive)
        {
            lock (gate) Callers.Wait(gate, 0);
            made++;
        }
        _checks.That("Monitor.Wait while collecting", Replacements.WaitCalls - calls == made, made);
        End(enter);
        End(detour);
        calls = Replacements.WaitCalls;
        lock (gate) Callers.Wait(gate, 1);
        _checks.That("Monitor.Wait native after undo", Replacements.WaitCalls == calls);
    }

    private void Cycles(int count)
    {
        const int native = 7 + 6 + 5 + 4 + 3 + 2 + 1 + 0 + 15 + 14; // not by a call: that would make the method late
        IDetour detour = _engine.Prepare("test", Victim(nameof(Victims.Busy)), Replacement(nameof(Replacements.Busy)));
        int stop = 0, wrong = 0;
        long calls = 0, replaced = 0;
        var seen = new bool[2]; // native, replaced: by a caller on another thread
        var threads = new Thread[3];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() =>
            {
                long mine = 0, hits = 0;
                while (Volatile.Read(ref stop) == 0)
                {
                    int result = Callers.Busy(7);
                    if (result == -1) hits++;
                    else if (result != native) Interlocked.Increment(ref wrong);
                    Volatile.Write(ref seen[result == -1 ? 1 : 0], true);
                    mine++;
                }
                Interlocked.Add(ref calls, mine);
                Interlocked.Add(ref replaced, hits);
            });
            threads[i].Start();
        }
        bool undone = true;
        int unseen = 0;
        // On a busy machine the callers may sleep through all the cycles, or wake in the same half of each: some more then.
        for (int i = 0; i < count || (i < count * 100 && !(Volatile.Read(ref seen[0]) && Volatile.Read(ref seen[1]))); i++)
        {
            detour.Apply();
            if (Callers.Busy(7) != -1) unseen++;
            if (i % 16 == 0) Pause(0);
            undone &= detour.Undo();
            if (Callers.Busy(7) != native) unseen++;
            if (i % 16 == 8) Pause(0);
        }
        Volatile.Write(ref stop, 1);
        foreach (Thread thread in threads) thread.Join();
        _checks.That($"{count} cycles under load", undone && wrong == 0 && unseen == 0 && replaced > 0 && replaced < calls, $"{calls} calls, {replaced} replaced, {wrong} wrong, {unseen} not seen");
        _engine.Unpatch(detour.Source, "test");
    }

    private void LateMethod()
    {
        long sum = 0;
        Func<long, long> call = Victims.Late; // cannot be inlined
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 25; i++) sum += Callers.EarlyLate(i) + call(i); // the tiering delay, then a call-counting stub
            Pause(130);
        }
        var detour = (PrecodeCellDetour)_engine.Prepare("test", Victim(nameof(Victims.Late)), Replacement(nameof(Replacements.Late)));
        _checks.That("a method that has run is late", detour.LateReason is not null, detour.LateReason);
        bool native = ((delegate*<long, long>)detour.Original)(3) == Callers.EarlyLate(3);
        _checks.That("its original", native);
        detour.Apply();
        for (int i = 0; i < 20; i++)
        {
            for (int k = 0; k < 100; k++) _ = Callers.EarlyLate(k);
            Pause(50);
        }
        int escaped = 1;
        for (int round = 0; round < 20 && escaped > 0; round++) // a new compilation of the method may fall into a round; the guard finds it a millisecond later
        {
            escaped = 0;
            for (int i = 0; i < 100_000; i++) escaped += Callers.Late(i) == -2 ? 0 : 1;
        }
        _checks.That("redirected once it has settled", escaped == 0, $"{escaped} escaped, {detour.Repairs} repairs");
        _checks.That("undone", detour.Undo() && Callers.Late(3) == (3 ^ 0x55) + 1);
        _engine.Unpatch(detour.Source, "test");
        for (int i = 0; i < 100; i++) sum += Callers.Late(i);
        Pause(200);
        _checks.That("alive after the undo", Callers.Late(4) == (4 ^ 0x55) + 1, sum);
    }

    private void Refusals()
    {
        Refused("generic method", typeof(Victims).GetMethod(nameof(Victims.Same))!, nameof(Replacements.Busy), DetourRefusal.Method, "generic");
        Refused("generic type", typeof(Victims.Of<string>).GetMethod("Size")!, nameof(Replacements.Busy), DetourRefusal.Method, "generic");
        Refused("abstract", typeof(Victims.Shape).GetMethod("Corners")!, nameof(Replacements.Busy), DetourRefusal.Method, "abstract");
        Refused("virtual", typeof(Victims.Shape).GetMethod("Sides")!, nameof(Replacements.Busy), DetourRefusal.Method, "virtual");
        Refused("P/Invoke", typeof(Thread).GetMethod("YieldInternal", Any)!, nameof(Replacements.Busy), DetourRefusal.Method, "slot");
        Refused("FCall", typeof(Monitor).GetMethod("TryEnter_FastPath", Any)!, nameof(Replacements.Busy), DetourRefusal.Method, "not compiled from IL");
        Refused("intrinsic", typeof(Math).GetMethod("Sqrt")!, nameof(Replacements.Busy), DetourRefusal.Method, "");
        Refused("generic replacement", Victim(nameof(Victims.Thrice)), nameof(Replacements.Generic), DetourRefusal.Method, "type parameters");
        IDetour detour = Patch(Victim(nameof(Victims.Thrice)), nameof(Replacements.Thrice));
        Refused("double", Victim(nameof(Victims.Thrice)), nameof(Replacements.Thrice), DetourRefusal.AlreadyPatched, "by owner \"test\"");
        var other = new PrecodeCellEngine(RuntimeLayout.Read(RuntimeProbe.OfThisProcess()));
        try
        {
            other.Prepare("other", Victim(nameof(Victims.Thrice)), Replacement(nameof(Replacements.Thrice)));
            _checks.That("a second engine sees the first one's detour", false);
        }
        catch (DetourRefusedException e)
        {
            _checks.That("a second engine sees the first one's detour", e.Refusal == DetourRefusal.Foreign && Callers.Thrice(2) == -6, e.Message);
        }
        End(detour);
        _checks.That("native after the refusals", Callers.Thrice(2) == 6);
    }

    private void Refused(string kind, MethodInfo source, string replacement, DetourRefusal expected, string text)
    {
        try
        {
            _engine.Prepare("test", source, Replacement(replacement));
            _checks.That($"refuses: {kind}", false);
        }
        catch (DetourRefusedException e)
        {
            _checks.That($"refuses: {kind}", e.Refusal == expected && e.Message.Contains(text), e.Message);
        }
    }

    private IDetour Patch(MethodInfo source, string replacement, Action<IDetour>? before = null)
    {
        IDetour detour = _engine.Prepare("test", source, Replacement(replacement));
        Replacements.Calls = 0;
        Replacements.Original = detour.Original;
        before?.Invoke(detour);
        detour.Apply();
        _checks.That($"GetPatchInfo of {source.Name}", _engine.GetPatchInfo(source) == detour && _engine.GetOriginal(source) == detour.Original);
        return detour;
    }

    private void End(IDetour detour) => _checks.That($"undo of {detour.Source.Name}", detour.Undo() && _engine.Unpatch(detour.Source, "test"));

    private static MethodInfo Victim(string name) => typeof(Victims).GetMethod(name)!;

    private static MethodInfo Replacement(string name) => typeof(Replacements).GetMethod(name)!;

    private static void Pause(int milliseconds) => _ = usleep((uint)milliseconds * 1000);

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
