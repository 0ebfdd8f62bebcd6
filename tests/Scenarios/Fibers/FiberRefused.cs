using System.Runtime.InteropServices;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>
/// FiberRefused KIND: the kernel refuses the carrier a new thread (EAGAIN) for a while. The fiber stays parked, the others run, and once there is room
/// it goes on. Needs root: the carrier alone becomes a user with a limit.
/// </summary>
internal sealed unsafe class FiberRefused : IScenario
{
    private const int SysSetresuid = 117;
    private const int Nobody = 65534;
    private const int LimitOfProcesses = 6;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        if (!string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
        {
            Console.WriteLine("not root: not tried");
            return 0;
        }

        Checks checks = new();
        int escapes = 0, turns = 0;
        long refusals = 0;
        bool over = false;
        ulong* was = stackalloc ulong[2];
        _ = getrlimit(LimitOfProcesses, was);
        ulong soft = was[0], hard = was[1];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 3; i++)
            {
                c.Spawn(() =>
                {
                    TestCarrier.Escape(() => Interlocked.Increment(ref escapes));
                    turns++;
                });
            }

            // From here this kernel thread counts as another user's.
            bool lowered = false;
            Thread raise = new(() =>
            {
                while (!Volatile.Read(ref lowered)) Thread.Sleep(1);
                for (int i = 0; i < 20_000 && Volatile.Read(ref refusals) < 3 && !Volatile.Read(ref over); i++) Thread.Sleep(1);
                SetLimit(soft, hard);
            });
            raise.Start();
            SetLimit(0, hard);
            _ = syscall(SysSetresuid, Nobody, Nobody, Nobody);
            c.Refused = () => Interlocked.Increment(ref refusals);
            Volatile.Write(ref lowered, true);
        });
        Volatile.Write(ref over, true);
        checks.That("all escaped", escapes == 3 && turns == 3, $"{escapes} {turns}");
        if (kind == FiberKind.User) checks.That("the kernel refused for a while", refusals > 0, refusals);
        return checks.Finish();
    }

    private static void SetLimit(ulong soft, ulong hard)
    {
        ulong* limit = stackalloc ulong[2];
        limit[0] = soft;
        limit[1] = hard;
        _ = setrlimit(LimitOfProcesses, limit);
    }

    [DllImport("libc")]
    private static extern int getrlimit(int resource, ulong* limit);

    [DllImport("libc")]
    private static extern int setrlimit(int resource, ulong* limit);

    [DllImport("libc")]
    private static extern nint syscall(nint number, nint a, nint b, nint c);
}
