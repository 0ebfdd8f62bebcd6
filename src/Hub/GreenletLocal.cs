using System;
using System.Collections.Generic;

namespace Patchy;

/// <summary>What belongs to <see cref="GreenletLocal{T}"/> of whatever type.</summary>
public static class GreenletLocal
{
    /// <summary>The values that a greenlet has at the moment, by their <see cref="GreenletLocal{T}"/>; empty after it has ended. For diagnostics. The counterpart of gevent's <c>all_local_dicts_for_greenlet</c>. May be called from any thread.</summary>
    public static IReadOnlyDictionary<object, object?> ValuesOf(Greenlet greenlet)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        var values = new Dictionary<object, object?>();
        if (greenlet.LocalsOrNull is not { } locals) return values;
        ReadOnlySpan<LocalValue?> all = locals.All;
        for (int slot = 0; slot < all.Length; slot++)
        {
            if (all[slot] is { IsBeingMade: false } value && LocalSlots.OwnerOf(slot) is ILocal local && local.Serial == value.Owner)
                values[local] = value.Boxed;
        }
        return values;
    }
}
