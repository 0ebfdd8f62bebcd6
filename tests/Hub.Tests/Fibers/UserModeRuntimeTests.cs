using FluentAssertions;
using Patchy.Fibers;
using Xunit;

namespace Patchy.Tests.Fibers;

/// <summary>What Readahead supposes of the runtime: wrong suppositions would only be slow, and nobody would notice.</summary>
public sealed unsafe class UserModeRuntimeTests
{
    [Fact]
    public void BlockOfThisThread_OfTwoThreads_IsTheirOwnAndHoldsThePointerToTheThread()
    {
        if (Fiber.Create(FiberKind.Auto).Kind != FiberKind.User) return; // this machine has no user-mode fibers, and nobody asks
        (nint block, nint thread) mine = Look(), again = Look(), others = default;
        ForeignThread.Start(() => others = Look()).FinishNatively();
        mine.block.Should().NotBe(0);
        again.Should().Be(mine);
        others.block.Should().NotBe(0).And.NotBe(mine.block);
        mine.thread.Should().NotBe(0);
        others.thread.Should().NotBe(0).And.NotBe(mine.thread, "each has a Thread of the runtime's own");
    }

    private static (nint Block, nint Thread) Look()
    {
        byte* block = UserModeRuntime.BlockOfThisThread();
        // SAFETY: the block is the calling thread's, and longer than that.
        return ((nint)block, block == null ? 0 : *(nint*)(block + UserModeRuntime.ThreadPointerOffset));
    }
}
