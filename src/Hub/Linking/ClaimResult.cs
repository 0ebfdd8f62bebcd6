namespace Patchy.Linking;

/// <summary>What became of <see cref="Link.Claim"/>.</summary>
internal enum ClaimResult
{
    /// <summary>The wait was over already (late, interrupted): what was to be handed over goes to the next.</summary>
    Lost = 0,

    /// <summary>This call decided the wait, and nobody has to be woken. The link must not be touched any more.</summary>
    Claimed,

    /// <summary>This call decided the wait, and the caller calls <see cref="Link.Resume"/> once it has left the latch.</summary>
    MustResume,
}
