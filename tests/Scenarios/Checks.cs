namespace Patchy.Scenarios;

/// <summary>Collects the results of a scenario: one line each, and an exit code.</summary>
internal sealed class Checks
{
    private int _failed;
    private int _passed;

    public void That(string name, bool ok, object? found = null)
    {
        if (ok) _passed++;
        else _failed++;
        if (!ok || found is not null) Console.WriteLine($"{(ok ? "ok  " : "FAIL")} {name}{(found is null ? "" : $": {found}")}");
    }

    public int Finish()
    {
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }
}
