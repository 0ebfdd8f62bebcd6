using System;

namespace Patchy.Backdoor;

#pragma warning disable CA1032, CA1064 // it never leaves the session
/// <summary>A client sends more than one input may have.</summary>
internal sealed class InputTooLongException(int limit) : Exception($"An input has {limit} characters at most ({nameof(BackdoorServer)}.{nameof(BackdoorServer.MaxInput)}).");
#pragma warning restore CA1032, CA1064
