namespace Patchy.Linking;

/// <summary>What a greenlet waits for when that is not an object of the API itself but a part of one, or several of them.</summary>
internal interface IApiWait
{
    /// <summary>True when nothing but a call of Patchy's API can end the wait: see the rule of LoopExitWatch.</summary>
    bool EndsByApiOnly { get; }
}
