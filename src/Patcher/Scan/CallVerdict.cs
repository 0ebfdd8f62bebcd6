namespace Patchy;

/// <summary>What a call that was found by <see cref="Patch.WhatBlocks(string)"/> does to the other greenlets, when everything that is patched by default is patched.</summary>
public enum CallVerdict
{
    /// <summary>It blocks the hub: it is not patched, for the reason given.</summary>
    Blocks,

    /// <summary>Native code that Patchy knows nothing about: a P/Invoke of the scanned assembly, or a call through an unmanaged function pointer.</summary>
    Native,

    /// <summary>A virtual call that is cooperative on some types and not on others; only the running program knows which it meets.</summary>
    DependsOnReceiver,

    /// <summary>The others run meanwhile.</summary>
    Cooperative,

    /// <summary>It belongs to a type that can block, but cannot block itself.</summary>
    Passes,
}
