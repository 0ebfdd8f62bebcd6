using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

/// <summary>One body on one fiber, run by a <see cref="TestCarrier"/>.</summary>
internal sealed class TestGreenlet(TestCarrier carrier, Fiber fiber)
{
    public TestCarrier Carrier { get; } = carrier;

    public Fiber Fiber { get; } = fiber;

    public Thread Thread { get; set; } = null!;

    public Exception? Error { get; set; }

    public bool Ended { get; set; }
}
