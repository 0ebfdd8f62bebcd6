using System;

namespace Patchy.Tool;

/// <summary>The command cannot do what it was asked to: a sentence for standard error, and how the process ends.</summary>
internal sealed class ToolException : Exception
{
    public ToolException(int exitCode, string message) : base(message) => ExitCode = exitCode;

    public int ExitCode { get; }
}
