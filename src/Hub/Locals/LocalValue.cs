namespace Patchy;

/// <summary>The value of one local in one greenlet or native thread.</summary>
internal abstract class LocalValue(long owner)
{
    /// <summary>The serial number of the local.</summary>
    public long Owner { get; } = owner;

    /// <summary>Its factory is still at it.</summary>
    public bool IsBeingMade { get; set; }

    public abstract object? Boxed { get; }
}
