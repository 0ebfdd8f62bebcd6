namespace Patchy.Fibers;

/// <summary>Where a fiber is in the table that heads <see cref="Fiber"/>. Checked at every transition: a wrong switch would corrupt a stack.</summary>
internal enum FiberState
{
    New,

    /// <summary>The CLR thread is being started, on its own kernel thread.</summary>
    Starting,

    /// <summary>Detach was called; the context may not be complete before <see cref="Fiber.AwaitDetached"/> has returned.</summary>
    Detaching,

    Parked,
    Mounted,

    /// <summary>Parked, and waits for TryAttach.</summary>
    Leaving,

    /// <summary>Runs on a kernel thread of its own.</summary>
    Attached,
    Retired,
}
