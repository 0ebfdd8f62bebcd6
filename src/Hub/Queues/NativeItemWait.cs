using Patchy.Linking;

namespace Patchy.Queues;

/// <summary>A native thread that waits to get, to look at or to put an item.</summary>
internal sealed class NativeItemWait<T> : NativeWait
{
    public ItemSlot<T> Slot;
}
