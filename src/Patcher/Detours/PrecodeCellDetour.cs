using System.Reflection;
using System.Threading;

namespace Patchy.Detours;

/// <summary>One redirected precode cell. Lifecycle: see <see cref="IDetour"/>.</summary>
internal sealed class PrecodeCellDetour : IDetour
{
    private readonly RuntimeLayout _layout;
    private readonly MethodDescriptor _method;
    private readonly nint _precode;
    private readonly nint _cell;
    private readonly nint _entry;
    private int _applied;
    private int _repairs;

    public PrecodeCellDetour(RuntimeLayout layout, string owner, MethodBase source, MethodInfo replacement, nint precode, nint body, nint entry, MethodDescriptor method)
    {
        _layout = layout;
        _method = method;
        _precode = precode;
        _cell = layout.Precode.Cell(precode);
        _entry = entry;
        Owner = owner;
        Source = source;
        Replacement = replacement;
        Original = body;
    }

    public string Owner { get; }
    public MethodBase Source { get; }
    public MethodInfo Replacement { get; }
    public nint Original { get; }
    public nint PublicEntry => _precode;
    public string? LateReason { get; init; }
    public HitCounter? Hits { get; init; }

    /// <summary>True when a tier-up may still write the cell.</summary>
    public bool NeedsGuard { get; init; }

    public bool IsApplied => Volatile.Read(ref _applied) != 0;

    /// <summary>How often the guard had to write the cell again.</summary>
    public int Repairs => Volatile.Read(ref _repairs);

    public void Apply()
    {
        if (IsApplied) return;
        for (int attempt = 0; attempt < 100; attempt++)
        {
            nint value = _layout.Memory.ReadPointer(_cell);
            if (!IsOwnTarget(value)) throw ForeignDetours.Taken(Source, value);
            if (CellMemory.CompareExchange(_cell, _entry, value) != value) continue; // a tier-up came between
            Volatile.Write(ref _applied, 1);
            if (NeedsGuard) CellGuard.Watch(this);
            return;
        }
        throw ForeignDetours.Taken(Source, _layout.Memory.ReadPointer(_cell));
    }

    public bool Undo()
    {
        if (Interlocked.Exchange(ref _applied, 0) == 0) return true;
        if (NeedsGuard) CellGuard.Forget(this);

        // A late method goes back to its fixup: the runtime then looks up what its current code is. What the cell held when it was
        // patched may be a call-counting stub that has been freed since. Any other method goes back to its only body.
        nint restore = NeedsGuard ? _precode + PrecodeTemplate.FixupOffset : Original;
        nint found = CellMemory.CompareExchange(_cell, restore, _entry);
        return found == _entry || IsOwnTarget(found);
    }

    /// <summary>Only by the guard: writes the cell again when tiering has written it. False when there is nothing more to watch.</summary>
    internal bool Repair()
    {
        if (!IsApplied) return false;
        nint value = _layout.Memory.ReadPointer(_cell);
        if (value == _entry) return true;
        if (!IsOwnTarget(value)) return false; // foreign: not ours any more
        if (CellMemory.CompareExchange(_cell, _entry, value) == value) Interlocked.Increment(ref _repairs);
        if (!IsApplied) CellMemory.CompareExchange(_cell, _precode + PrecodeTemplate.FixupOffset, _entry); // an undo came between
        return true;
    }

    /// <summary>True when the value is something that the runtime itself puts into the cell of this method.</summary>
    private bool IsOwnTarget(nint value) =>
        value == Original || value == _precode + PrecodeTemplate.FixupOffset || _method.HasVersion(value) || CallCountingStub.BelongsTo(_layout, _method, value);
}
