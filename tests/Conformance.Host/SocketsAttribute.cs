namespace Patchy.Conformance;

/// <summary>Marks a group whose bodies are about sockets: they run in the modes that only sockets know, too.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SocketsAttribute : Attribute
{
    /// <summary>The bodies attach an <see cref="AsyncReader"/> to their sockets, so that the modes with one differ from those without.</summary>
    public bool Reader { get; init; } = true;
}
