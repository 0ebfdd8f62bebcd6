using System.Reflection;
using FluentAssertions;
using Xunit.Sdk;

namespace Patchy.Tests;

/// <summary>
/// Fails a test that leaves a hub on the test runner's thread or on one of the thread pool, as any call does that makes one for a thread without (gevent's get_hub). The tests that come next there
/// would run on a greenlet, and where everything is patched the threads that they start would be green: those fail then, in an order that is another in each run.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class NoHubStaysAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest)
    {
        Hub? left = Hub.CurrentOrNull;
        left?.Destroy(TimeSpan.FromSeconds(10)); // the next test is not to be blamed for it
        left.Should().BeNull("the test ran on the runner's thread, and leaves it as it was");
        HubRegistry.All.Where(static hub => IsOfThePool(hub.Main.Thread)).Should().BeEmpty("threads of the pool are everybody's");
    }

    private static bool IsOfThePool(Thread? thread)
    {
        try
        {
            return thread is { IsThreadPoolThread: true };
        }
        catch (ThreadStateException)
        {
            return false; // it has ended
        }
    }
}
