using System;

namespace Patchy;

/// <summary>
/// A subscriber's veto: thrown from <see cref="PatchEvents.WillPatchAll"/> it prevents everything, from <see cref="PatchEvents.WillPatchGroup"/> that group and
/// those that require it. Its message is the reason in the report. Later subscribers are not asked. The counterpart of gevent's DoNotPatch.
/// </summary>
public sealed class DoNotPatchException : Exception
{
    /// <summary>Creates the exception with the reason.</summary>
    public DoNotPatchException(string message) : base(message) { }

    /// <summary>Creates the exception with the reason and its cause.</summary>
    public DoNotPatchException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates the exception with a general reason.</summary>
    public DoNotPatchException() : this("a subscriber did not want it") { }
}
