using System.Reflection;
using System.Threading;

namespace Patchy.Detours;

/// <summary>One redirected P/Invoke slot. Lifecycle: see <see cref="IDetour"/>.</summary>
internal sealed class PInvokeSlotDetour : IDetour
{
    private readonly nint _slot;
    private readonly nint _hook;
    private int _applied;

    public PInvokeSlotDetour(string owner, MethodBase source, MethodInfo replacement, nint slot, nint target, bool countHits)
    {
        _slot = slot;
        nint entry = replacement.MethodHandle.GetFunctionPointer(); // for an [UnmanagedCallersOnly] method: its native entry
        Hits = countHits ? HitCounters.For(entry) : null;
        _hook = Hits?.Entry ?? entry;
        Owner = owner;
        Source = source;
        Replacement = replacement;
        Original = target;
    }

    public string Owner { get; }
    public MethodBase Source { get; }
    public MethodInfo Replacement { get; }
    public nint Original { get; }
    public nint PublicEntry => Original;
    public string? LateReason => null;
    public HitCounter? Hits { get; }
    public bool IsApplied => Volatile.Read(ref _applied) != 0;

    public void Apply()
    {
        if (IsApplied) return;
        nint found = CellMemory.CompareExchange(_slot, _hook, Original);
        if (found != Original) throw ForeignDetours.Taken(Source, found);
        Volatile.Write(ref _applied, 1);
    }

    public bool Undo()
    {
        if (Interlocked.Exchange(ref _applied, 0) == 0) return true;
        nint found = CellMemory.CompareExchange(_slot, Original, _hook);
        return found == _hook || found == Original;
    }
}
