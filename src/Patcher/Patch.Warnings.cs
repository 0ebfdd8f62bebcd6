using System;
using Patchy.Session;

namespace Patchy;

public static partial class Patch
{
    private static Action<PatchStep>? s_steps;

    /// <summary>
    /// Where warnings go: each is one line, given once, at the end of the call that has queued it. Null, the default, is the error output of the process (descriptor 2, not Console.Error, which patching must not be the first to use). A sink that throws makes a
    /// warning an error: nothing is patched by that call then. May be set from any thread. The counterpart of Python's warnings filter for MonkeyPatchWarning.
    /// </summary>
    public static Action<string>? WarningSink { get; set; }

    /// <summary>Only for scenarios: called at each step of a call that patches, may throw.</summary>
    internal static Action<PatchStep>? StepReached
    {
        set
        {
            s_steps = value;
            if (s_session is { } session) session.StepReached = value;
        }
    }
}
