namespace Patchy.Pools;

/// <summary>A queued task that one party only may have: the worker that comes to it, a worker that waits for it and runs it in place, or who cancels it.</summary>
internal interface IClaimable
{
    /// <summary>May be called from any thread. True for the first.</summary>
    bool TryClaim();
}
