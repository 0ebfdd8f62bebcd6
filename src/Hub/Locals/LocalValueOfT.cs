namespace Patchy;

/// <inheritdoc cref="LocalValue"/>
internal sealed class LocalValue<T>(long owner) : LocalValue(owner)
{
    public T Value { get; set; } = default!;

    public override object? Boxed => Value;
}
