namespace Patchy;

/// <summary>Why a parked greenlet runs again. Exactly one of them decides a wait.</summary>
internal enum ParkResult
{
    /// <summary>Somebody called <see cref="Waiter.Wake"/>.</summary>
    Woken = 0,

    /// <summary>The deadline passed first.</summary>
    TimedOut,

    /// <summary>A kill, a timeout or Thread.Interrupt is to be raised. The caller undoes its wait (gives back what it holds), then calls Greenlet.RaisePending.</summary>
    Interrupted,
}
