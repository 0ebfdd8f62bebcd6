using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

public sealed class LockCallerTests
{
    [Fact]
    public void IsFrameworks_CalledByTheUser_False() => LockCaller.IsFrameworks().Should().BeFalse();

    [Fact]
    public void IsFrameworks_CalledByAMethodOfTheFramework_True()
    {
        bool inside = false;
        _ = new[] { 1, 2 }.OrderBy(x => x, Comparer<int>.Create((_, _) => { inside = InFrameworkFrame(); return 0; })).ToArray();
        inside.Should().BeFalse("the user's own comparer is the caller here");
        FromFramework().Should().BeTrue();
    }

    [Fact]
    public void MayBeFrameworks_CalledByTheUserAndByTheFramework_TellsThemApart()
    {
        LockCaller.MayBeFrameworks().Should().BeFalse("the call is in this very method");
        new Lazy<bool>(LockCaller.MayBeFrameworks).Value.Should().BeTrue();
    }

    private static bool InFrameworkFrame() => LockCaller.IsFrameworks();

    /// <summary>The delegate is the method under test itself, so that the frame above it is the framework's.</summary>
    private static bool FromFramework() => new Lazy<bool>(LockCaller.IsFrameworks).Value;
}
