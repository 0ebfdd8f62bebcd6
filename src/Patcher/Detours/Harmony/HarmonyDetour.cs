using System.Reflection;
using System.Threading;

namespace Patchy.Detours.Harmony;

/// <summary>One method that Harmony redirects for us. Lifecycle: see <see cref="IDetour"/>; it is never lost, because Harmony keeps the patches of all owners apart.</summary>
internal sealed class HarmonyDetour : IDetour
{
    private readonly HarmonySurface _harmony;
    private int _applied;

    public HarmonyDetour(HarmonySurface harmony, string owner, MethodBase source, MethodInfo replacement, nint original)
    {
        _harmony = harmony;
        Owner = owner;
        Source = source;
        Replacement = replacement;
        Original = original;
    }

    public string Owner { get; }
    public MethodBase Source { get; }
    public MethodInfo Replacement { get; }
    public nint Original { get; }
    public nint PublicEntry => Source.MethodHandle.GetFunctionPointer();

    /// <summary>Harmony rewrites whatever body a method has, and does not say whether it has been inlined somewhere before.</summary>
    public string? LateReason => null;

    public HitCounter? Hits { get; init; }

    public bool IsApplied => Volatile.Read(ref _applied) != 0;

    public void Apply()
    {
        if (IsApplied) return;
        HarmonyBody.Know(this);
        try
        {
            _harmony.Patch(Owner, Source, HarmonyBody.Transpiler);
        }
        catch
        {
            Abandon();
            throw;
        }
        Volatile.Write(ref _applied, 1);
    }

    public bool Undo()
    {
        if (Interlocked.Exchange(ref _applied, 0) == 0) return true;
        try
        {
            _harmony.Unpatch(Owner, Source, HarmonyBody.Transpiler);
        }
        catch (DetourRefusedException)
        {
            return false; // it still leads to the replacement
        }
        HarmonyBody.Forget(Source);
        return true;
    }

    /// <summary>Harmony may have noted the patch before it failed: then the next patch of anybody would bring it back.</summary>
    private void Abandon()
    {
        try
        {
            _harmony.Unpatch(Owner, Source, HarmonyBody.Transpiler);
        }
        catch (DetourRefusedException)
        {
            // What made the patch fail makes this fail, too; the first error is the one to tell.
        }
        HarmonyBody.Forget(Source);
    }
}
