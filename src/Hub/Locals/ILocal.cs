namespace Patchy;

/// <summary>A local of whatever type.</summary>
internal interface ILocal
{
    /// <summary>Tells it from a former owner of its slot.</summary>
    long Serial { get; }
}
