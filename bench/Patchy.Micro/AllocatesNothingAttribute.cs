namespace Patchy.Micro;

/// <summary>
/// The operation must not allocate: a run in which it does ends with an error. What is counted is the whole process, so that what a first call, the runtime or a background thread allocates meanwhile is in it, too:
/// up to <see cref="Tolerated"/> bytes an operation are taken for that. The smallest object has 24 bytes, so one in every third operation is found; one on a path that is seldom taken is not.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllocatesNothingAttribute : Attribute
{
    /// <summary>Bytes an operation, on the average of a run.</summary>
    public const long Tolerated = 7;
}
