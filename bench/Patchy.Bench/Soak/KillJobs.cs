namespace Patchy.Bench.Soak;

/// <summary>Spawned greenlets are killed at random times in the middle of anything. Each must end, and must leave locks and counts as they were.</summary>
internal sealed class KillJobs(SoakState state)
{
    public void Run(int number)
    {
        var random = new Random(state.Seed + 100_003 + number);
        while (!state.Stop)
        {
            var locks = new LockJobs(state, new Random(random.Next()));
            var plain = new PlainJobs(new Random(random.Next()));
            var waits = new WaitJobs(state, new Random(random.Next()));
            Action[] jobs = [locks.Enter, locks.EnterNew, locks.TryEnter, locks.Permit, locks.Mutex, locks.ReadOrWrite, plain.Sleep, plain.FinallySwitches, waits.Delay, plain.Allocate];
            int entered = 0, left = 0;
            Greenlet victim = Greenlet.Spawn(() =>
            {
                entered++;
                try
                {
                    for (int i = 0; !state.Stop; i++) jobs[i % jobs.Length]();
                }
                finally
                {
                    left++;
                }
            });
            Thread.Sleep(random.Next(8));
            if (random.Next(5) == 0) victim.Kill(new GreenletExit("soak"), block: false);
            victim.Kill();
            if (!victim.Dead) state.Fail("kill", $"{victim} is not dead after Kill");
            if (entered != left) state.Fail("kill", $"a finally block did not run: {entered} in, {left} out");
            if (victim.Exception is not (null or GreenletExit)) state.Fail("kill", victim.Exception.ToString());
            state.Count(entered == 0 ? "killed before the start" : "killed");
        }
    }
}
