using System.Runtime.CompilerServices;

namespace Patchy;

/// <summary>How the methods are compiled that every switch and every wait goes through.</summary>
internal static class HotPath
{
    /// <summary>
    /// Fully, at the first call. Else the runtime begins with slow code and compiles it anew, beside the server, once it has been called often: for a carrier whose processor is busy that takes seconds.
    /// What is a static readonly field is a constant in such code only if its class was initialised before.
    /// </summary>
    public const MethodImplOptions CompiledOnce = MethodImplOptions.AggressiveOptimization;
}
