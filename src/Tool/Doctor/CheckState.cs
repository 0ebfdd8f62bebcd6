namespace Patchy.Tool.Doctor;

/// <summary>How a check came out.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, with the limit or at the price that the advice names.</summary>
    Note,

    /// <summary>Patchy cannot work here.</summary>
    Failed,
}
