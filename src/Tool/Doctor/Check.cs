namespace Patchy.Tool.Doctor;

/// <summary>One line of the doctor's report.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="State">How it came out.</param>
/// <param name="Found">What is there.</param>
/// <param name="Advice">What to do, or what it costs; null when all is well.</param>
internal sealed record Check(string Name, CheckState State, string Found, string? Advice = null)
{
    public static Check Ok(string name, string found) => new(name, CheckState.Ok, found);
    public static Check Note(string name, string found, string advice) => new(name, CheckState.Note, found, advice);
    public static Check Failed(string name, string found, string advice) => new(name, CheckState.Failed, found, advice);
}
