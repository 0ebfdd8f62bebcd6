using Patchy.Conformance;

namespace Patchy.Scenarios.Promises;

/// <summary>Main returns: foreground threads run to their end, background ones do not, the exit code is Main's.</summary>
internal sealed class MainReturns : IScenario
{
    public int Run(string[] args)
    {
        Begin.Patched(args);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.WriteLine("process exit");
        bool returning = false;
        new Thread(() =>
        {
            while (!Volatile.Read(ref returning)) Thread.Sleep(1);
            Thread.Sleep(200);
            Console.WriteLine("foreground ends");
            new Thread(() =>
            {
                Thread.Sleep(100);
                Console.WriteLine("its child ends");
            }).Start();
        }).Start();
        new Thread(() =>
        {
            Thread.Sleep(60_000);
            Console.WriteLine("background ends");
        })
        { IsBackground = true }.Start();
        var changed = new Thread(() =>
        {
            Thread.CurrentThread.IsBackground = true;
            Thread.Sleep(60_000);
            Console.WriteLine("changed to background ends");
        });
        changed.Start();
        Thread.Sleep(20);
        Console.WriteLine("main returns");
        Volatile.Write(ref returning, true);
        return 7;
    }
}

/// <summary>Foreground threads that work hard after Main has returned: locks, sockets, tasks go on as before.</summary>
internal sealed class MainReturnsEarly : IScenario
{
    public int Run(string[] args)
    {
        Begin.Patched(args);
        object gate = new();
        int count = 0;
        for (int n = 0; n < 10; n++)
        {
            new Thread(() =>
            {
                for (int i = 0; i < 20; i++)
                {
                    Task.Delay(1).Wait();
                    lock (gate)
                    {
                        count++;
                        if (i % 5 == 0) Thread.Sleep(1);
                        if (count == 200) Console.WriteLine("counted 200");
                    }
                }
            }).Start();
        }

        return 0;
    }
}

/// <summary>Environment.Exit waits for nobody; called in Main, in a new thread or in a pool thread.</summary>
internal sealed class ExitCalled : IScenario
{
    public int Run(string[] args)
    {
        Begin.Patched(args);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.WriteLine("process exit");
        new Thread(() =>
        {
            Thread.Sleep(60_000);
            Console.WriteLine("foreground ends");
        }).Start();
        Thread.Sleep(20);
        switch (args[1])
        {
            case "main":
                Environment.Exit(5);
                break;
            case "thread":
                new Thread(() => Environment.Exit(5)).Start();
                break;
            case "pool":
                Task.Run(() => Environment.Exit(5));
                break;
            case "code":
                Environment.ExitCode = 5;
                Environment.Exit(Environment.ExitCode);
                break;
        }

        Thread.Sleep(60_000);
        Console.WriteLine("not reached");
        return 1;
    }
}

/// <summary>Nobody catches: the process ends as natively, after the event.</summary>
internal sealed class Unhandled : IScenario
{
    public int Run(string[] args)
    {
        Begin.Patched(args);
        AppDomain.CurrentDomain.UnhandledException += (_, e) => Console.WriteLine($"event: {((Exception)e.ExceptionObject).Message} terminating {e.IsTerminating} on {Thread.CurrentThread.Name}");
        switch (args[1])
        {
            case "thread":
                var t = new Thread(() =>
                {
                    Thread.Sleep(10);
                    throw new InvalidOperationException("nobody catches this");
                })
                { Name = "thrower" };
                t.Start();
                t.Join();
                Thread.Sleep(60_000);
                break;
            case "main":
                Thread.CurrentThread.Name = "main";
                Thread.Sleep(10);
                throw new InvalidOperationException("nobody catches this");
            case "pool":
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    Thread.CurrentThread.Name = "pool";
                    throw new InvalidOperationException("nobody catches this");
                });
                Thread.Sleep(60_000);
                break;
            case "failfast":
                var f = new Thread(() => Environment.FailFast("failed fast"));
                f.Start();
                f.Join();
                break;
            case "overflow":
                var o = new Thread(() => Console.WriteLine(Overflow(1)));
                o.Start();
                o.Join();
                break;
        }

        Console.WriteLine("not reached");
        return 0;
    }

    private static int Overflow(int n) => n == 0 ? 0 : Overflow(n + 1) + Overflow(n + 2);
}

/// <summary>A signal ends the process through ProcessExit, whatever the green threads do.</summary>
internal sealed class Terminated : IScenario
{
    public int Run(string[] args)
    {
        Begin.Patched(args);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.WriteLine("process exit");
        new Thread(() => Thread.Sleep(Timeout.Infinite)).Start();
        new Thread(() =>
        {
            Thread.Sleep(100);
            Native.SendToSelf(15);
        })
        { IsBackground = true }.Start();
        Thread.Sleep(60_000);
        Console.WriteLine("not reached");
        return 1;
    }
}
