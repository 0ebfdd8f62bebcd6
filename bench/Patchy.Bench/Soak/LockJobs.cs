namespace Patchy.Bench.Soak;

/// <summary>Exclusion between green and native threads. Whatever interrupts them, the finally blocks keep the counts right.</summary>
internal sealed class LockJobs(SoakState state, Random random)
{
    public void Enter()
    {
        lock (state.Gate) Inside(random.Next(20) == 0 ? 1 : random.Next(3) - 1);
    }

    public void TryEnter()
    {
        if (!Monitor.TryEnter(state.Gate, random.Next(4))) return;
        try
        {
            Inside(-1);
        }
        finally
        {
            Monitor.Exit(state.Gate);
        }
    }

    /// <summary>Sleep is -1 for no wait at all.</summary>
    private void Inside(int sleep)
    {
        if (++state.Inside != 1) state.Fail("lock", $"{state.Inside} are inside");
        try
        {
            long old = state.Locked;
            if (sleep >= 0) Thread.Sleep(sleep);
            state.Locked = old + 1;
            Interlocked.Increment(ref state.LockedExactly);
        }
        finally
        {
            state.Inside--;
        }
    }

    public void EnterNew()
    {
        lock (state.NewGate)
        {
            if (++state.NewInside != 1) state.Fail("new lock", $"{state.NewInside} are inside");
            try
            {
                if (random.Next(20) == 0) Thread.Sleep(1);
                else if (random.Next(3) == 0) Thread.Yield();
            }
            finally
            {
                state.NewInside--;
            }
        }
    }

    public void Permit()
    {
        if (random.Next(4) == 0)
        {
            if (!state.Permits.Wait(random.Next(5))) return;
        }
        else
        {
            state.Permits.Wait();
        }

        try
        {
            if (Interlocked.Increment(ref state.PermitsTaken) > SoakState.PermitCount) state.Fail("permit", "too many permits");
            try
            {
                Thread.Sleep(random.Next(2));
            }
            finally
            {
                Interlocked.Decrement(ref state.PermitsTaken);
            }
        }
        finally
        {
            state.Permits.Release();
        }
    }

    public void Mutex()
    {
        if (!state.Mutex.WaitOne(random.Next(50))) return;
        try
        {
            Thread.Yield();
        }
        finally
        {
            state.Mutex.ReleaseMutex();
        }
    }

    public void ReadOrWrite()
    {
        if (random.Next(4) == 0)
        {
            state.ReaderWriter.EnterWriteLock();
            try
            {
                if (Interlocked.Increment(ref state.Writers) != 1) state.Fail("reader writer", "two writers");
                try
                {
                    Thread.Yield();
                }
                finally
                {
                    Interlocked.Decrement(ref state.Writers);
                }
            }
            finally
            {
                state.ReaderWriter.ExitWriteLock();
            }
        }
        else
        {
            state.ReaderWriter.EnterReadLock();
            try
            {
                if (Volatile.Read(ref state.Writers) != 0) state.Fail("reader writer", "a writer beside a reader");
                Thread.Yield();
            }
            finally
            {
                state.ReaderWriter.ExitReadLock();
            }
        }
    }
}
