namespace Patchy;

/// <summary>What a call that patches came to. The counterpart of what gevent's patch_all returns.</summary>
public enum PatchResult
{
    /// <summary>Something was patched by this call. gevent: True.</summary>
    Patched,

    /// <summary>A subscriber of <see cref="PatchEvents"/> did not want it; nothing was patched by this call. gevent: False.</summary>
    Vetoed,

    /// <summary>All of it was patched before. gevent: None.</summary>
    NothingToDo,
}
