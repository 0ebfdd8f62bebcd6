using System.Globalization;
using System.Threading;

namespace Patchy.Threading;

/// <summary>What Thread.Start hands to the new thread besides the delegate and its argument.</summary>
internal readonly record struct StartSurroundings(ExecutionContext? Context, CultureInfo? Culture, CultureInfo? UiCulture)
{
    /// <summary>On the new thread, inside <see cref="Context"/>: as the runtime does it before it calls the delegate.</summary>
    public void SetCultures()
    {
        if (Culture is not null) CultureInfo.CurrentCulture = Culture;
        if (UiCulture is not null) CultureInfo.CurrentUICulture = UiCulture;
    }
}
