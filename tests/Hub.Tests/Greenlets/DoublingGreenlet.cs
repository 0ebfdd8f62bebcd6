namespace Patchy.Tests;

/// <summary>A greenlet with a result by derivation.</summary>
internal sealed class DoublingGreenlet(int number) : Greenlet<int>
{
    protected override int Run()
    {
        Yield();
        return number * 2;
    }
}
