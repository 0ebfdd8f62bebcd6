using System.Runtime.CompilerServices;
using Xunit;

// One hub's wake must not be counted as another test's progress.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: Patchy.Tests.NoHubStays]

namespace Patchy.Sockets.Tests;

/// <summary>The whole process is patched before its first test, as an application's is.</summary>
internal static class Patched
{
    public static PatchReport Report { get; private set; } = null!;

    [ModuleInitializer]
    internal static void Apply() => Report = Patch.All();
}
