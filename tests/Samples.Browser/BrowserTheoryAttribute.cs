namespace Patchy.Samples.Browser;

/// <summary>A test on each kind of fiber, skipped where there is no Chromium.</summary>
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Visitor.Chromium is null) Skip = "There is no Chromium: apt-get install chromium.";
    }
}
