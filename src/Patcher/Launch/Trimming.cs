using System;
using System.Reflection;

namespace Patchy.Launch;

/// <summary>
/// Whether this program was published trimmed. Methods that Patchy knows by name only are then gone or changed, and which ones depends on the
/// program: better said at once than by the first row of the manifest that does not fit.
/// </summary>
internal static class Trimming
{
    // Nothing refers to these but this list, which the trimmer does not follow: where they are missing it has been at work. Public and
    // rarely used: the first is of Patchy (all assemblies are trimmed), the others are of the framework (TrimMode=partial).
    private static readonly (Assembly Assembly, string Type)[] s_canaries =
    [
        (typeof(Trimming).Assembly, "Patchy.Launch.Launcher"),
        (typeof(object).Assembly, "System.Threading.Tasks.ConcurrentExclusiveSchedulerPair"),
        (typeof(object).Assembly, "System.Globalization.PersianCalendar"),
    ];

    /// <exception cref="PatchException">It was.</exception>
    public static void Refuse()
    {
        foreach ((Assembly assembly, string type) in s_canaries)
        {
            if (assembly.GetType(type) is not null) continue;
            throw new PatchException("This program was published trimmed (PublishTrimmed): methods that Patchy redirects have been removed or changed. " +
                "Publish it without trimming: a self-contained single file and ReadyToRun work. Nothing was patched.");
        }
    }
}
