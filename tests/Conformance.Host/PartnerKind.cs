namespace Patchy.Conformance;

/// <summary>Who the body works with: the border between green and native is where things go wrong.</summary>
public enum PartnerKind
{
    /// <summary><c>new Thread</c>: green when the body runs in a greenlet.</summary>
    Thread,

    /// <summary>A long-running task: a native thread in every mode.</summary>
    Native,
}
