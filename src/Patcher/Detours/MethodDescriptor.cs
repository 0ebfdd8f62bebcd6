using System.Reflection;

namespace Patchy.Detours;

/// <summary>A view of one MethodDesc of the runtime (dotnet/runtime src/coreclr/vm/method.hpp, 10.0).</summary>
internal readonly struct MethodDescriptor
{
    /// <summary>mcIL: an ordinary method. 1 FCall, 2 P/Invoke, 3 EEImpl, 4 array, 5 instantiated, 7 dynamic.</summary>
    public const int ClassIL = 0;
    public const int ClassPInvoke = 2;

    private const int ClassMask = 0x7;
    private const int HasNonVtableSlot = 0x8;
    private const int HasMethodImpl = 0x10;
    private const int HasNativeCodeSlot = 0x20;
    private const int NotInline = 0x2000;
    private const int Intrinsic = 0x8000;
    private const int EligibleForTiering = 0x8000;
    private const int UnboxingStub = 0x4000;
    private const int NonVtableSlotSize = 8;
    private const int MethodImplSize = 16;

    private readonly RuntimeLayout _layout;

    public MethodDescriptor(RuntimeLayout layout, MethodBase method)
    {
        _layout = layout;
        Address = method.MethodHandle.Value;
    }

    public nint Address { get; }

    private int Flags => _layout.Memory.ReadUInt16(Address + _layout.Flags);
    private int Flags3 => _layout.Memory.ReadUInt16(Address + _layout.Flags3);

    public int Class => Flags & ClassMask;
    public bool IsIntrinsic => (Flags & Intrinsic) != 0;
    public bool IsUnboxingStub => (Flags3 & UnboxingStub) != 0;
    public bool IsNotInline => (Flags & NotInline) != 0;
    public bool IsEligibleForTiering => (Flags3 & EligibleForTiering) != 0;

    /// <summary>The precode that the runtime made when it loaded the type, or 0.</summary>
    public nint TemporaryEntryPoint => CodeData is var data && data != 0 ? _layout.Memory.ReadPointer(data + _layout.TemporaryEntryPoint) : 0;

    private nint CodeData => _layout.Memory.ReadPointer(Address + _layout.CodeData);

    /// <summary>The code of the default version (R2R or the first the JIT made): never freed and never changed. 0 when not compiled, or when this method keeps none.</summary>
    public nint DefaultBody
    {
        get
        {
            int flags = Flags;
            if ((flags & HasNativeCodeSlot) == 0) return 0;
            int offset = _layout.Memory.ReadByte(_layout.SizeTable + (flags & ClassMask));
            if ((flags & HasNonVtableSlot) != 0) offset += NonVtableSlotSize;
            if ((flags & HasMethodImpl) != 0) offset += MethodImplSize;
            return _layout.Memory.ReadPointer(Address + offset);
        }
    }

    /// <summary>True when the code is one of the versions that tiering made of this method.</summary>
    public bool HasVersion(nint code)
    {
        if (code == 0) return false;
        if (code == DefaultBody) return true;
        nint data = CodeData;
        nint state = data == 0 ? 0 : _layout.Memory.ReadPointer(data + _layout.VersioningState);
        nint node = state == 0 ? 0 : _layout.Memory.ReadPointer(state + _layout.FirstVersionNode);
        for (int guard = 0; node != 0 && guard < 64; guard++)
        {
            if (_layout.Memory.ReadPointer(node + _layout.VersionCode) == code) return true;
            node = _layout.Memory.ReadPointer(node + _layout.VersionNext);
        }
        return false;
    }

    /// <summary>From now on no JIT compilation inlines this method. What is compiled already stays as it is.</summary>
    public void SetNotInline() => CellMemory.Or(Address + _layout.Flags - 2, (uint)NotInline << 16);

    /// <summary>From now on the method is compiled optimized at once, its calls are not counted, and nothing rewrites its cell.</summary>
    public void ClearEligibleForTiering() => CellMemory.And(Address + _layout.Flags3, ~(uint)EligibleForTiering);
}
