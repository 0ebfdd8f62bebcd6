using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberEnd KIND HOW: ends the process from inside a fiber: overflow, abort, failfast, exit, throw, leave, child.</summary>
internal sealed class FiberEnd : IScenario
{
    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        string output = "";
        TestCarrier.RunHere(kind, c =>
        {
            c.Spawn(TestCarrier.Yield);
            c.Spawn(() =>
            {
                TestCarrier.Yield();
                switch (args[1])
                {
                    case "overflow":
                        _ = Overflow(1);
                        break;
                    case "overflow-escaped":
                        TestCarrier.Escape(() => Overflow(1));
                        break;
                    case "abort":
                        abort();
                        break;
                    case "failfast":
                        Environment.FailFast("from a fiber");
                        break;
                    case "exit":
                        Environment.Exit(7);
                        break;
                    case "child":
                        using (Process child = Process.Start(new ProcessStartInfo("/bin/echo", "hello from a child") { RedirectStandardOutput = true })!)
                        {
                            TestCarrier.Yield();
                            output = child.StandardOutput.ReadToEnd();
                            child.WaitForExit();
                        }

                        break;
                    case "throw":
                        Unhandled();
                        break;
                }
            });
        });
        Console.WriteLine("still here " + output);
        return 5;
    }

    // A native thread: what TestCarrier catches would not be unhandled.
    private static void Unhandled()
    {
        Thread thread = new(() => throw new InvalidOperationException("unhandled beside fibers"));
        thread.Start();
        thread.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Overflow(int depth)
    {
        Span<int> pad = stackalloc int[64];
        pad[depth & 63] = depth;
        return Overflow(depth + 1) + pad[(depth + 1) & 63];
    }

    [DllImport("libc")]
    private static extern void abort();
}
