namespace Patchy.Session;

/// <summary>The places at which a call that patches can fail. A scenario lets it fail at each of them.</summary>
internal enum PatchStep
{
    /// <summary>The engines are there, nothing has been looked at.</summary>
    Opened,

    /// <summary>The manifest has been read and found on this runtime.</summary>
    Planned,

    /// <summary>The subscribers have agreed.</summary>
    WillAll,

    /// <summary>One method has been prepared, and its original stored.</summary>
    Prepared,

    /// <summary>The subscribers have agreed to one group.</summary>
    WillGroup,

    /// <summary>One cell or slot has been written.</summary>
    Applied,

    /// <summary>One group is complete.</summary>
    DidGroup,

    /// <summary>All groups are complete, and the report is made.</summary>
    Reported,

    /// <summary>The hub knows the thread.</summary>
    Admitted,

    /// <summary>The last subscriber has been told.</summary>
    DidAll,

    /// <summary>The warnings have been given.</summary>
    Warned,
}
