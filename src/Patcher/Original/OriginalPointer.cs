using System.Threading;

namespace Patchy;

/// <summary>Where one method's unpatched behaviour is entered at present. Delegates of Patch.GetOriginal are bound to it, so that they outlive patches and undos.</summary>
internal sealed class OriginalPointer
{
    /// <summary>A field, because the delegates' code reads it.</summary>
    public nint Entry;

    public OriginalPointer(nint entry) => Entry = entry;

    public void Move(nint entry) => Volatile.Write(ref Entry, entry);
}
