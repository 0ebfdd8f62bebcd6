namespace Patchy.Linking;

/// <summary>The one way in which the primitives of the API wait: a greenlet parks, a native thread blocks, the hub's own callbacks must not.</summary>
internal static class LinkWait
{
    /// <summary>A link for a wait of the caller; append it to the list under the owner's latch, then <see cref="Park"/>.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub.</exception>
    public static Link ForCaller(object awaited)
    {
        if (Greenlet.Running is { } self) return new Waiter(self, awaited);
        if (Hub.IsLoopHere) throw new BlockingSwitchOutException();
        return new NativeWait();
    }

    /// <summary>
    /// Only by the caller that made the link. When the result is not Woken take the link out of its list, undo what has to be undone, then call
    /// <see cref="RaiseIfInterrupted"/>. A native thread that Thread.Interrupt hits gets its ThreadInterruptedException from here.
    /// </summary>
    public static ParkResult Park(Link link, Deadline deadline) =>
        link.IsNative ? ((NativeWait)link).Block(deadline) : ((Waiter)link).Park(deadline);

    /// <summary>Throws the kill, the timeout or the interrupt that has ended the wait. It may have been settled meanwhile: then the caller waits again.</summary>
    public static void RaiseIfInterrupted(Link link, ParkResult result)
    {
        if (result == ParkResult.Interrupted) ((Waiter)link).Greenlet.RaisePending();
    }
}
