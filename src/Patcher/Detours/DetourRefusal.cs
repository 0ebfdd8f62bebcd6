namespace Patchy.Detours;

/// <summary>Why an engine would not touch a method, or anything at all.</summary>
internal enum DetourRefusal
{
    /// <summary>Another operating system or processor.</summary>
    Platform,

    /// <summary>Not CoreCLR: Mono, NativeAOT.</summary>
    Runtime,

    /// <summary>The runtime does not describe itself, or describes another layout than the one known here.</summary>
    Contract,

    /// <summary>A byte of a precode differs from the template.</summary>
    Template,

    /// <summary>A kind of method that cannot be redirected this way.</summary>
    Method,

    /// <summary>Another library has redirected the method.</summary>
    Foreign,

    /// <summary>The method has a detour already.</summary>
    AlreadyPatched,

    /// <summary>The engine's trial on a method of its own did not do what it should.</summary>
    SelfTest,
}
