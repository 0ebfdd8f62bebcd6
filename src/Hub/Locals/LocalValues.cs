using System;
using System.Threading;

namespace Patchy;

/// <summary>The values of all locals in one greenlet or native thread, by slot. Only that one changes it; others may look at a moment's state.</summary>
internal sealed class LocalValues
{
    [ThreadStatic] private static LocalValues? t_native;

    private LocalValue?[] _bySlot = new LocalValue?[4];

    public ReadOnlySpan<LocalValue?> All => Volatile.Read(ref _bySlot);

    /// <summary>Those of the calling greenlet; of the calling thread where there is none.</summary>
    public static LocalValues Here => Greenlet.OfThisThread is { } self ? self.Details.Locals ??= new LocalValues() : t_native ??= new LocalValues();

    /// <summary>As <see cref="Here"/>, but makes none.</summary>
    public static LocalValues? HereOrNull => Greenlet.OfThisThread is { } self ? self.LocalsOrNull : t_native;

    public LocalValue? Find(int slot, long owner) =>
        (uint)slot < (uint)_bySlot.Length && _bySlot[slot] is { } value && value.Owner == owner ? value : null;

    public void Set(int slot, LocalValue? value)
    {
        if (slot >= _bySlot.Length)
        {
            LocalValue?[] grown = new LocalValue?[Math.Max(slot + 1, _bySlot.Length * 2)];
            Array.Copy(_bySlot, grown, _bySlot.Length);
            Volatile.Write(ref _bySlot, grown);
        }
        _bySlot[slot] = value;
    }
}
