namespace Patchy.Tests;

/// <summary>A greenlet by derivation: it counts how often it was run.</summary>
internal sealed class CountingGreenlet : Greenlet
{
    public int Runs { get; private set; }

    protected override void Run()
    {
        Runs++;
        Yield();
    }
}
