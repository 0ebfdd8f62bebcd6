using System.Runtime.CompilerServices;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Patchy.AspNetCore.Tests;

/// <summary>Patches the test host before any code of this assembly runs.</summary>
internal static class PatchFirst
{
    // From a thread that ends at once: the thread that patches is a hub's thread, and those that it starts become green. The threads of the test runner shall not be.
#pragma warning disable CA2255 // a module initializer in a library: this one is loaded by a test host only
    [ModuleInitializer]
    internal static void Initialize()
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try { Patch.All(); }
            catch (Exception exception) { failure = exception; }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw failure;
    }
#pragma warning restore CA2255
}
