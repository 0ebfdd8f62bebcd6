using System.Diagnostics;
using System.Text.RegularExpressions;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberSoak KIND FIBERS SECONDS: mixed work on many fibers beside native threads that allocate. Meant to be run under several GC and JIT settings.</summary>
internal sealed class FiberSoak : IScenario
{
    private const long MinimumOfSteps = 5000;

    [ThreadStatic]
    private static object? t_mark;

    private readonly AsyncLocal<int> _local = new();
    private readonly object _shared = new();
    private readonly Lock _newLock = new();
    private readonly List<string> _errors = [];
    private readonly Stopwatch _clock = new();
    private readonly int[] _counts = new int[13];
    private int _holders;
    private long _native;
    private TimeSpan _span;
    private long _steps;

    // On a starved machine the time may pass before anything has run: a minimum of work is done in any case.
    private bool Over => _clock.Elapsed >= _span && Volatile.Read(ref _steps) >= MinimumOfSteps;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        int fibers = int.Parse(args[1]);
        _span = TimeSpan.FromSeconds(int.Parse(args[2]));
        _clock.Start();
        for (int i = 0; i < 2; i++) new Thread(AllocateNatively) { IsBackground = true }.Start();
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < fibers; i++)
            {
                int k = i;
                c.Spawn(() => Work(c, k));
            }
        });

        Checks checks = new();
        checks.That("no error", _errors.Count == 0, string.Join("; ", _errors.Take(5)));
        checks.That("every kind of work was done", Array.TrueForAll(_counts, n => n > 0), string.Join(' ', _counts));
        Console.WriteLine($"native allocations {_native}, collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}, server {System.Runtime.GCSettings.IsServerGC}");
        return checks.Finish();
    }

    private void AllocateNatively()
    {
        while (!Over)
        {
            List<byte[]> garbage = [];
            for (int j = 0; j < 100; j++) garbage.Add(new byte[j * 10]);
            Interlocked.Add(ref _native, garbage.Count);
            Thread.Sleep(0);
        }
    }

    private void Work(TestCarrier carrier, int k)
    {
        Random random = new(k);
        object mark = new();
        object?[] keep = new object?[16];
        t_mark = mark;
        _local.Value = k;
        Thread self = Thread.CurrentThread;
        while (!Over)
        {
            int kind = random.Next(_counts.Length);
            _counts[kind]++;
            _steps++;
            Step(carrier, kind, k, random, keep);
            if (t_mark != mark) _errors.Add("thread static");
            if (_local.Value != k) _errors.Add("AsyncLocal");
            if (Thread.CurrentThread != self) _errors.Add("CurrentThread");
            TestCarrier.Yield();
        }
    }

    private void Step(TestCarrier carrier, int kind, int k, Random random, object?[] keep)
    {
        switch (kind)
        {
            case 0:
                keep[random.Next(16)] = new byte[random.Next(3000)];
                break;
            case 1:
                keep[random.Next(16)] = string.Join(",", Enumerable.Range(0, random.Next(50)).Select(x => x.ToString()));
                break;
            case 2:
                DeepThrow(random.Next(30), k);
                break;
            case 3:
                NullReferences(k);
                break;
            case 4:
                keep[random.Next(16)] = Regex.Match("abc" + k, "([a-z]+)([0-9]+)").Groups[2].Value;
                break;
            case 5:
                Task<int> task = Task.Run(() => Later(k));
                while (!task.IsCompleted) TestCarrier.Yield();
                if (task.Result != k * 2) _errors.Add("task result");
                break;
            case 6:
                HoldLocks();
                break;
            case 7:
                double sum = 0;
                for (int q = 0; q < 20_000; q++) sum += Math.Sqrt(q);
                if (sum < 0) _errors.Add("sum");
                break;
            case 8:
                FinallyBlocks(random);
                break;
            case 9:
                int id = Environment.CurrentManagedThreadId;
                byte[] before = new byte[100];
                before[99] = (byte)k;
                if (random.Next(20) == 0) TestCarrier.Escape(() => Thread.Sleep(random.Next(2)));
                if (before[99] != (byte)k || id != Environment.CurrentManagedThreadId) _errors.Add("escape");
                break;
            case 10:
                if (random.Next(20) == 0) carrier.Spawn(() => NullReferences(k));
                break;
            case 11:
                WeakReference weak = new(new object());
                TestCarrier.Yield();
                GC.KeepAlive(weak.Target);
                break;
            case 12:
                Span<byte> stack = stackalloc byte[2000];
                stack.Fill((byte)k);
                TestCarrier.Yield();
                if (stack.IndexOfAnyExcept((byte)k) >= 0) _errors.Add("stack memory");
                break;
        }
    }

    private void HoldLocks()
    {
        if (!Monitor.TryEnter(_shared)) return;
        try
        {
            if (!_newLock.TryEnter())
            {
                _errors.Add("the new lock is held though the monitor was free");
                return;
            }

            if (++_holders != 1) _errors.Add("two owners");
            TestCarrier.Yield();
            if (--_holders != 0) _errors.Add("two owners after");
            _newLock.Exit();
        }
        finally
        {
            Monitor.Exit(_shared);
        }
    }

    private void NullReferences(int k)
    {
        string? nothing = k >= 0 ? null : "";
        bool caught = false;
        try
        {
            try
            {
                _ = nothing!.Length;
            }
            finally
            {
                TestCarrier.Yield();
            }
        }
        catch (NullReferenceException) when (YieldTrue())
        {
            TestCarrier.Yield();
            caught = true;
        }

        if (!caught) _errors.Add("no null reference");
    }

    private void FinallyBlocks(Random random)
    {
        bool thrown = false;
        try
        {
            try
            {
                TestCarrier.Yield();
                thrown = random.Next(2) == 0;
                if (thrown) throw new InvalidOperationException("a");
            }
            finally
            {
                TestCarrier.Yield();
            }
        }
        catch (InvalidOperationException)
        {
            TestCarrier.Yield();
            if (!thrown) _errors.Add("exception from nowhere");
        }
    }

    private void DeepThrow(int depth, int k)
    {
        try
        {
            Descend(depth, k);
            _errors.Add("no exception");
        }
        catch (InvalidOperationException e)
        {
            if (e.Message != "deep" + k) _errors.Add("another's exception");
        }
    }

    private static int Descend(int depth, int k)
    {
        if (depth == 0)
        {
            TestCarrier.Yield();
            throw new InvalidOperationException("deep" + k);
        }

        Span<long> pad = stackalloc long[8];
        pad[0] = depth;
        return Descend(depth - 1, k) + (int)pad[0];
    }

    private static bool YieldTrue()
    {
        TestCarrier.Yield();
        return true;
    }

    private static async Task<int> Later(int k)
    {
        await Task.Delay(1);
        return k * 2;
    }
}
