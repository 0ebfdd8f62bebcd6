using Patchy.Threading;

namespace Patchy.Tests;

/// <summary>Starts of threads that have to be native in a patched process too, where Thread.Start on a hub's thread makes a green one.</summary>
internal static unsafe class NativeStart
{
    /// <summary>What Thread.Start does where nothing is patched. It never switches.</summary>
    public static void StartNatively(this Thread thread) => CooperativeThread.StartOriginal(thread); // SAFETY: a pointer to the instance method StartCore(), or to what a detour has kept of it
}
