namespace Patchy;

/// <summary>A number that belongs to one greenlet as long as its object is in memory.</summary>
internal sealed class MinimalIdent(MinimalIdents source)
{
    public int Value { get; } = source.Take();

    ~MinimalIdent() => source.Return(Value);
}
