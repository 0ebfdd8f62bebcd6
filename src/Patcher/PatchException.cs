using System;

namespace Patchy;

/// <summary>Patching was refused as a whole: nothing is patched that was not patched before. The message says what was found and what to do.</summary>
public sealed class PatchException : Exception
{
    /// <summary>Creates the exception with a message.</summary>
    public PatchException(string message) : base(message) { }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public PatchException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates the exception with a general message.</summary>
    public PatchException() : this("Nothing was patched.") { }

    internal PatchException(string message, Exception? innerException, PatchReport report) : base(message, innerException) => Report = report;

    /// <summary>What each row came to, when the failure came after the manifest had been read; else null.</summary>
    public PatchReport? Report { get; }
}
