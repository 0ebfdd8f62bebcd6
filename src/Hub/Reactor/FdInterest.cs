namespace Patchy.Reactor;

/// <summary>A direction of readiness.</summary>
internal enum FdInterest
{
    Read = 0,
    Write = 1,
}
