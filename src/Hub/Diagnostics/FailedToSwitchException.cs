using System;

namespace Patchy.Diagnostics;

/// <summary>Code that was expected to let others run has not done so: see <see cref="AssertSwitches"/>. gevent raises an AssertionError.</summary>
public sealed class FailedToSwitchException : Exception
{
    /// <summary>With a general message.</summary>
    public FailedToSwitchException() : this("The code has not let other greenlets run.") { }

    /// <summary>With a message.</summary>
    public FailedToSwitchException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public FailedToSwitchException(string message, Exception? innerException) : base(message, innerException) { }
}
