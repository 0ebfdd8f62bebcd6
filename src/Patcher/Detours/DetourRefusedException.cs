using System;

namespace Patchy.Detours;

/// <summary>A refusal: what was found, what was expected, and what to do. Nothing was redirected.</summary>
internal sealed class DetourRefusedException : Exception
{
    public DetourRefusedException(DetourRefusal refusal, string message, Exception? cause = null) : base(message, cause) => Refusal = refusal;

    public DetourRefusal Refusal { get; }
}
