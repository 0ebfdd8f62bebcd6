using System;

namespace Patchy.Scheduling;

/// <summary>Places of callbacks that can be used again, so that a callback allocates nothing of the hub's. Only with the hub entered.</summary>
internal sealed class CallbackPool(Hub hub)
{
    private const int MostKept = 1024;
    private RunQueue _free;

    public CallbackGreenlet Rent(Action<object?> callback, object? state)
    {
        var place = (CallbackGreenlet?)_free.Dequeue() ?? new CallbackGreenlet(hub);
        place.Put(callback, state);
        return place;
    }

    public void Return(CallbackGreenlet place)
    {
        if (_free.Count < MostKept) _free.Enqueue(place);
    }
}
