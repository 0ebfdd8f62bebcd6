using System;

namespace Patchy.Backdoor;

#pragma warning disable CA1032, CA1064 // it never leaves the session
/// <summary>What was typed has thrown: told from errors of the session itself.</summary>
internal sealed class FailedInputException(Exception exception) : Exception(exception.Message, exception);
#pragma warning restore CA1032, CA1064
