using Patchy.Linking;

namespace Patchy.Events;

/// <summary>Puts what something else has ended with into a result.</summary>
internal sealed class ResultCopy<T>(AsyncResult<T> target) : IReadyListener
{
    public void FromGreenlet(ILinkable source)
    {
        var greenlet = (Greenlet<T>)source;
        if (greenlet.Exception is { } error) target.SetException(error);
        else target.Set(greenlet.Value!);
    }

    public void FromResult(ILinkable source)
    {
        var result = (AsyncResult<T>)source;
        if (result.Successful) target.Set(result.Value!);
        else target.SetException(result.Exception!);
    }
}
