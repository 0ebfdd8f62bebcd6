namespace Patchy;

/// <summary>What all events of <see cref="PatchEvents"/> have. The counterpart of gevent's GeventPatchEvent.</summary>
public abstract class PatchEvent
{
    private protected PatchEvent(PatchOptions options) => Options = options;

    /// <summary>What was asked for, with <see cref="PatchOptions.Properties"/>. Changing it changes nothing.</summary>
    public PatchOptions Options { get; }
}
