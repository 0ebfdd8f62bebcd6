namespace Patchy.Scenarios;

/// <summary>The most there were at once, noted by threads that run beside each other: a greenlet that the monitor has relieved of its hub does, too.</summary>
internal static class Peak
{
    public static void Note(ref int most, int now)
    {
        for (int seen = Volatile.Read(ref most); seen < now; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, now, seen);
    }
}
