using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

/// <summary>
/// A hub in miniature: one carrier, a round-robin queue, escapes and ends. It exists to test the contract of <see cref="Fiber"/> alone.
/// </summary>
internal sealed class TestCarrier
{
    [ThreadStatic]
    private static TestGreenlet? t_current;

    private readonly FiberKind _kind;
    private readonly Fiber _main;
    private readonly Queue<TestGreenlet> _ready = new();
    private readonly ConcurrentQueue<TestGreenlet> _returning = new();
    private int _alive;
    private int _away;

    private TestCarrier(FiberKind kind)
    {
        _kind = kind;
        _main = Fiber.ForCurrentThread(kind);
    }

    /// <summary>The greenlet that runs the calling code, or null.</summary>
    public static TestGreenlet? Current => t_current;

    /// <summary>How often a greenlet was mounted: shows that others ran meanwhile.</summary>
    public long Mounts { get; private set; }

    /// <summary>Called when the kernel refused a thread.</summary>
    public Action? Refused { get; set; }

    /// <summary>The fiber that the carrier's loop runs on.</summary>
    public static Fiber MainFiber(TestCarrier carrier) => carrier._main;

    /// <summary>Makes a carrier of the calling thread, lets <paramref name="setup"/> spawn, and runs until every greenlet has ended.</summary>
    public static void RunHere(FiberKind kind, Action<TestCarrier> setup)
    {
        TestCarrier c = new(kind);
        setup(c);
        c.RunAll();
        c._main.Retire();
    }

    /// <summary>As <see cref="RunHere"/>, on a fresh native thread.</summary>
    public static void Run(FiberKind kind, Action<TestCarrier> setup)
    {
        ExceptionDispatchInfo? error = null;
        Thread carrier = new(() =>
        {
            try
            {
                RunHere(kind, setup);
            }
            catch (Exception e)
            {
                error = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "test carrier" };
        carrier.Start();
        if (!carrier.Join(TimeSpan.FromSeconds(120))) throw new TimeoutException("The carrier is still running after 120 s.");
        error?.Throw();
    }

    public TestGreenlet Spawn(Action body, int stackSize = 256 * 1024)
    {
        TestGreenlet g = new(this, Fiber.Create(_kind));
        g.Thread = new Thread(() => Main(g, body), stackSize) { IsBackground = true };
        g.Fiber.Launch(g.Thread, t => t.Start());
        _alive++;
        _ready.Enqueue(g);
        return g;
    }

    /// <summary>Runs everything to its end on the calling carrier thread; rethrows the first failure.</summary>
    public void RunAll()
    {
        Exception? failure = null;
        while (_alive > 0)
        {
            while (_returning.TryDequeue(out TestGreenlet? back))
            {
                back.Fiber.AwaitDetached();
                _away--;
                _ready.Enqueue(back);
            }

            if (!_ready.TryDequeue(out TestGreenlet? g))
            {
                if (_away == 0) throw new InvalidOperationException("Nothing is ready and nobody is away: a test forgot to wake somebody.");
                Thread.Yield();
                continue;
            }

            Mounts++;
            _main.SwitchTo(g.Fiber);
            if (g.Fiber.State != FiberState.Leaving) continue;
            if (g.Ended) _alive--;
            else _away++;
            failure ??= g.Error;
            while (!g.Fiber.TryAttach(out int errno))
            {
                if (errno is not (11 or 12)) throw new InvalidOperationException($"TryAttach: errno {errno}.");
                Refused?.Invoke();
                Thread.Sleep(1);
            }
        }

        if (failure != null) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Lets the others run.</summary>
    public static void Yield()
    {
        TestGreenlet g = t_current!;
        g.Carrier._ready.Enqueue(g);
        g.Fiber.SwitchTo(g.Carrier._main);
    }

    /// <summary>Waits until another greenlet calls <see cref="Unpark"/>.</summary>
    public static void Park()
    {
        TestGreenlet g = t_current!;
        g.Fiber.SwitchTo(g.Carrier._main);
    }

    /// <summary>Only on the carrier.</summary>
    public void Unpark(TestGreenlet g) => _ready.Enqueue(g);

    /// <summary>Runs <paramref name="call"/> on a kernel thread of the greenlet's own.</summary>
    public static void Escape(Action call)
    {
        TestGreenlet g = t_current!;
        g.Fiber.LeaveCarrierTo(g.Carrier._main);
        try
        {
            call();
        }
        finally
        {
            g.Carrier._returning.Enqueue(g);
            g.Fiber.Detach();
        }
    }

    private void Main(TestGreenlet g, Action body)
    {
        g.Fiber.Detach();
        t_current = g;
        try
        {
            body();
        }
        catch (Exception e)
        {
            g.Error = e;
        }

        g.Ended = true;
        g.Fiber.LeaveCarrierTo(_main);
        g.Fiber.Retire();
    }
}
