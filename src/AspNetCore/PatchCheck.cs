using System;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore;

/// <summary>Whether blocking calls are cooperative: without that the first handler that blocks would stop a hub.</summary>
internal static class PatchCheck
{
    private const PatchGroups Needed =
        PatchGroups.Time | PatchGroups.Monitor | PatchGroups.Wait | PatchGroups.Task | PatchGroups.Socket | PatchGroups.Dns;

    /// <exception cref="InvalidOperationException">Nothing is patched, and the caller does not want it to be.</exception>
    public static void Require(bool patch)
    {
        if (Missing != Needed) return; // whoever has patched some groups has chosen them
        if (!patch)
            throw new InvalidOperationException(
                "UseGreenlets was called in a process that is not patched: a handler that blocks would block its hub, and all requests there. Call Patch.All() in the first line of Main, " +
                "or have it done here: app.UseGreenlets(options => options.Patch = true).");
        _ = Patch.All();
    }

    public static void Warn(ILogger logger)
    {
        if (Missing is var missing && missing != PatchGroups.None) LogMessages.NotAllPatched(logger, missing);
    }

    private static PatchGroups Missing
    {
        get
        {
            PatchGroups missing = PatchGroups.None;
            for (uint bit = 1; bit <= (uint)Needed; bit <<= 1)
            {
                var group = (PatchGroups)bit;
                if ((Needed & group) != 0 && !Patch.IsPatched(group)) missing |= group;
            }
            return missing;
        }
    }
}
