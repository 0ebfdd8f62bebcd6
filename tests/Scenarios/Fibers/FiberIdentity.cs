using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberIdentity KIND: what the runtime and glibc key by kernel ids belongs to the fiber and not to its carrier.</summary>
internal sealed class FiberIdentity : IScenario
{
    private static int s_initializers;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        Checks checks = new();
        RuntimeIds(kind, checks);
        NamedMutex(kind, checks);
        if (kind == FiberKind.User) TypeInitializer(kind, checks);
        Properties(kind, checks);
        Console.WriteLine($"process {Environment.ProcessId}");
        return checks.Finish();
    }

    private static void RuntimeIds(FiberKind kind, Checks checks)
    {
        var current = typeof(Thread).GetProperty("CurrentOSThreadId", BindingFlags.Static | BindingFlags.NonPublic)!.GetMethod!.CreateDelegate<Func<ulong>>();
        HashSet<ulong> ids = [];
        int changed = 0;
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 300; i++)
            {
                c.Spawn(() =>
                {
                    ulong id = current();
                    ids.Add(id);
                    TestCarrier.Yield();
                    if (current() != id) changed++;
                    TestCarrier.Escape(() =>
                    {
                        if (current() != id) Interlocked.Increment(ref changed);
                    });
                    if (current() != id) changed++;
                });
            }
        });
        checks.That("300 living fibers have 300 ids of the runtime", ids.Count == 300, ids.Count);
        checks.That("the id never changes", changed == 0, changed);
        if (kind == FiberKind.User) checks.That("no id can be a kernel's", ids.All(x => x is > 4_194_304 and < 1 << 30), ids.Min());
    }

    private static void NamedMutex(FiberKind kind, Checks checks)
    {
        string name = "Global\\patchy-test-" + Guid.NewGuid().ToString("N");
        List<string> seen = [];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 2; i++)
            {
                int k = i;
                c.Spawn(() =>
                {
                    using Mutex mutex = new(false, name);
                    bool got = mutex.WaitOne(0);
                    seen.Add($"{k} {got}");
                    TestCarrier.Yield();
                    TestCarrier.Yield();
                    if (got) mutex.ReleaseMutex();
                });
            }
        });
        TestCarrier.Run(kind, c => c.Spawn(() =>
        {
            using Mutex mutex = new(false, name);
            bool got = mutex.WaitOne(0) && mutex.WaitOne(0);
            seen.Add($"again {got}");
            if (!got) return;
            TestCarrier.Escape(mutex.ReleaseMutex);
            mutex.ReleaseMutex();
        }));
        checks.That("a named mutex has one owner, recursively", string.Join(", ", seen) == "0 True, 1 False, again True", string.Join(", ", seen));
    }

    // The second one waits natively for the first, as a native thread would: so the first must not need the carrier meanwhile.
    private static void TypeInitializer(FiberKind kind, Checks checks)
    {
        bool both = false;
        TestCarrier.Run(kind, c =>
        {
            c.Spawn(() => TestCarrier.Escape(() => Touch()));
            c.Spawn(() => both = Touch() == 1);
        });
        checks.That("a type initializer on an escape holds off the carrier and runs once", both && s_initializers == 1, s_initializers);
    }

    private static void Properties(FiberKind kind, Checks checks)
    {
        string wrong = "";
        // Not the number of those that this process may use: those need not be the first.
        int lastProcessor = int.Parse(File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split(',', '-')[^1], CultureInfo.InvariantCulture);
        TestCarrier.Run(kind, c =>
        {
            TestGreenlet g = null!;
            g = c.Spawn(() =>
            {
                Thread t = Thread.CurrentThread;
                t.Name = "a fiber";
                t.Priority = ThreadPriority.AboveNormal;
                TestCarrier.Yield();
                if (t.Name != "a fiber") wrong += "name; ";
                if (!t.IsAlive || t.ThreadState.HasFlag(ThreadState.Stopped)) wrong += "state; ";
                if (Thread.GetCurrentProcessorId() > lastProcessor) wrong += $"processor {Thread.GetCurrentProcessorId()}; ";
                RuntimeHelpers.EnsureSufficientExecutionStack();
                TestCarrier.Escape(() => t.Name = null);
            }, stackSize: 512 * 1024);
            c.Spawn(() =>
            {
                g.Thread.Priority = ThreadPriority.Normal;
                g.Thread.Name ??= "named by another";
            });
        });
        checks.That("properties of the thread", wrong.Length == 0, wrong);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Touch() => Slow.Value;

    private static class Slow
    {
        internal static readonly int Value;

#pragma warning disable CA1810 // That it is a static constructor is the point.
        static Slow()
        {
            Thread.Sleep(300);
            Value = Interlocked.Increment(ref s_initializers);
        }
#pragma warning restore CA1810
    }
}
