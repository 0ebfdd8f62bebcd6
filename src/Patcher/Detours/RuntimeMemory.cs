namespace Patchy.Detours;

/// <summary>
/// How the engine reads the runtime's structures. The one real reader is this class; tests derive from it to show the engine a runtime
/// that differs in one byte.
/// </summary>
internal unsafe class RuntimeMemory
{
    // SAFETY: the callers pass addresses that the runtime handed out (method handles, entry points) or that were reached from them
    // through offsets of a descriptor whose contract versions were checked first.
    public virtual byte ReadByte(nint address) => *(byte*)address;

    public ushort ReadUInt16(nint address) => (ushort)(ReadByte(address) | ReadByte(address + 1) << 8);

    public int ReadInt32(nint address) => ReadUInt16(address) | ReadUInt16(address + 2) << 16;

    // SAFETY: as above; pointers are aligned, so that the read is not torn while the runtime or an undo writes the cell.
    public virtual nint ReadPointer(nint address) => System.Threading.Volatile.Read(ref *(nint*)address);
}
