using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Soak;

/// <summary>What native threads do meanwhile: they allocate, collect, compete for the same locks, and talk to the same server.</summary>
internal static class NativeLoad
{
    public static void Allocate(SoakState state)
    {
        while (!state.Stop)
        {
            var list = new List<byte[]>();
            for (int i = 0; i < 100; i++) list.Add(new byte[i * 10]);
            state.Count("native allocations");
            Thread.Sleep(list.Count > 0 ? 1 : 0);
        }
    }

    public static void Collect(SoakState state)
    {
        for (int i = 1; !state.Stop; i++)
        {
            GC.Collect(i % 50 == 0 ? 2 : i % 10 == 0 ? 1 : 0);
            Thread.Sleep(50);
        }
    }

    public static void Compete(SoakState state)
    {
        var locks = new LockJobs(state, new Random(state.Seed + 1));
        Action[] jobs = [locks.Enter, locks.EnterNew, locks.TryEnter, locks.Permit, locks.Mutex, locks.ReadOrWrite];
        for (int i = 0; !state.Stop; i++)
        {
            jobs[i % jobs.Length]();
            state.Count("native locks");
            if (i % 7 == 0) Thread.Sleep(1);
        }
    }

    public static void Talk(SoakState state, EndPoint echo)
    {
        var jobs = new SocketJobs(state, echo, new Random(state.Seed + 2));
        while (!state.Stop)
        {
            try
            {
                jobs.Echo();
                jobs.Reconnect();
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                state.Fail("native socket", e.ToString());
            }

            state.Count("native echoes");
            Thread.Sleep(1);
        }
    }
}
