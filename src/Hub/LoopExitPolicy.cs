namespace Patchy;

/// <summary>Whether the main greenlet gets a <see cref="LoopExit"/> when it would wait for ever.</summary>
public enum LoopExitPolicy
{
    /// <summary>Never: it waits.</summary>
    Never = 0,

    /// <summary>
    /// When it can be proven that nothing will wake it: it is the main thread's, it and all parked greenlets wait without a time limit for things of Patchy's own (greenlets, events, semaphores,
    /// queues ...), there is no timer, no descriptor waited for, no blocking call under way, no other hub, no other thread but idle ones of the runtime, no pool thread, no timer of
    /// System.Threading, no handler of a signal, no child process and no debugger.
    /// </summary>
    WhenProven = 1,
}
