using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;


public sealed unsafe class SignatureRulesTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    [Theory]
    [InlineData("Instance", "InstanceGood")]
    [InlineData("Instance", "InstanceAsObject")]
    [InlineData("Enum", "EnumAsInt")]
    [InlineData("Wrapped", "WrappedAsField")]
    [InlineData("OutHidden", "OutHiddenAsObject")]
    [InlineData("ReturnsHidden", "ReturnsHiddenAsObject")]
    [InlineData("Pointer", "PointerAsWord")]
    [InlineData("ReturnsWrapped", "ReturnsWrappedAsField")]
    [InlineData("ReturnsWrappedTwice", "ReturnsWrappedAsField")]
    [InlineData("ReturnsWrappedReference", "ReturnsWrappedReferenceSame")]
    public void Mismatch_SameRegisters_Fits(string target, string replacement) => SignatureRules.Mismatch(Target(target), Offer(replacement)).Should().BeNull();

    [Fact]
    public void Mismatch_StructInstance_WantsThisByReference()
    {
        MethodInfo next = typeof(Counter).GetMethod("Next")!;

        SignatureRules.Mismatch(next, Offer("NextByRef")).Should().BeNull();
        SignatureRules.Mismatch(next, Offer("NextByFieldRef")).Should().BeNull();
        SignatureRules.Mismatch(next, Offer("NextByValue")).Should().Contain("\"this\" is").And.Contain("Counter& in the target");
    }

    [Theory]
    [InlineData("Instance", "EnumAsInt", "1 parameters, but the target needs 2 (\"this\" is the first)")]
    [InlineData("Instance", "InstanceWrong", "parameter 1 (value) is System.Int32 in the target but System.Int64 in the replacement")]
    [InlineData("Instance", "InstanceWrongResult", "the result is System.Int32 in the target but System.Boolean in the replacement")]
    [InlineData("Instance", "InstanceWrongThis", "\"this\" is")]
    [InlineData("Enum", "EnumAsLong", "parameter 1 (day) is System.DayOfWeek in the target but System.Int64")]
    [InlineData("Wrapped", "EnumAsLong", "parameter 1 (wrapped)")]
    [InlineData("OutHidden", "OutHiddenByValue", "Hidden& in the target but System.Object in the replacement")]
    [InlineData("Enum", "Generic", "is generic")]
    [InlineData("ReturnsLarge", "ReturnsLargeSame", "returns the struct System.Guid")]
    [InlineData("ReturnsLargeInOne", "ReturnsLargeInOneSame", "a static method is entered differently")]
    [InlineData("ReturnsLargeInTwo", "ReturnsLargeInTwoSame", "a static method is entered differently")]
    [InlineData("ReturnsRepeated", "ReturnsRepeatedSame", "a static method is entered differently")]
    [InlineData("ReturnsFixed", "ReturnsFixedSame", "a static method is entered differently")]
    [InlineData("Repeated", "AsByte", "Repeated in the target but System.Byte in the replacement")]
    [InlineData("Fixed", "AsByte", "Fixed in the target but System.Byte in the replacement")]
    [InlineData("Sized", "AsByte", "Sized in the target but System.Byte in the replacement")]
    [InlineData("Shifted", "AsByte", "Shifted in the target but System.Byte in the replacement")]
    public void Mismatch_OtherRegisters_SaysWhatDiffers(string target, string replacement, string expected) =>
        SignatureRules.Mismatch(Target(target), Offer(replacement)).Should().Contain(expected);

    [Theory]
    [InlineData("Good", false, null)]
    [InlineData("Frozen", false, "must be a writable delegate* field; it is readonly")]
    [InlineData("Number", false, "must be a writable delegate* field")]
    [InlineData("Good", true, "must be a writable delegate* unmanaged field")]
    [InlineData("Native", true, null)]
    [InlineData("Native", false, "must be a writable delegate* field")]
    [InlineData("Longer", false, "with other parameters than EnumAsInt")]
    [InlineData("OtherResult", false, "with other parameters than EnumAsInt")]
    public void OriginalMismatch_Field_MustHoldTheSameFunction(string field, bool unmanaged, string? expected)
    {
        string? found = SignatureRules.OriginalMismatch(typeof(Originals).GetField(field, Any)!, Offer("EnumAsInt"), unmanaged);

        if (expected is null) found.Should().BeNull();
        else found.Should().Contain(expected);
    }

    private static MethodInfo Target(string name) => typeof(Targets).GetMethod(name, Any)!;

    private static MethodInfo Offer(string name) => typeof(Offers).GetMethod(name, Any)!;

    private sealed class Hidden;

    private struct Wrapper
    {
        public uint Id;
    }

    private struct Twice
    {
        public Wrapper Inner;
    }

    private struct Reference
    {
        public string Text;
    }

    private struct LargeInOne
    {
        public Guid Id;
    }

    private struct LargeInTwo
    {
        public LargeInOne Inner;
    }

    [InlineArray(16)]
    private struct Repeated
    {
        private byte _element;
    }

    private struct Fixed
    {
        public fixed byte Bytes[24];
    }

    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct Sized
    {
        public byte First;
    }

    [StructLayout(LayoutKind.Explicit)]
    private struct Shifted
    {
        [FieldOffset(8)]
        public byte Last;
    }

    private struct Counter
    {
        private int _count;

        public int Next(int step) => _count += step;
    }

    private sealed class Targets
    {
        public int Instance(int value) => value;
        public static void Enum(DayOfWeek day) => _ = day;
        public static void Wrapped(Wrapper wrapped) => _ = wrapped;
        public static bool OutHidden(out Hidden found) => (found = new Hidden()) is not null;
        public static Hidden ReturnsHidden() => new();
        public static void Pointer(byte* bytes, nint word) => _ = bytes + word;
        public Wrapper ReturnsWrapped() => default;
        public Guid ReturnsLarge() => default;
        public Twice ReturnsWrappedTwice() => default;
        public Reference ReturnsWrappedReference() => default;
        public LargeInOne ReturnsLargeInOne() => default;
        public LargeInTwo ReturnsLargeInTwo() => default;
        public Repeated ReturnsRepeated() => default;
        public Fixed ReturnsFixed() => default;
        public static void Repeated(Repeated value) => _ = value;
        public static void Fixed(Fixed value) => _ = value;
        public static void Sized(Sized value) => _ = value;
        public static void Shifted(Shifted value) => _ = value;
    }

    private static class Offers
    {
        public static int InstanceGood(Targets self, int value) => value;
        public static int InstanceAsObject(object self, int value) => value;
        public static int InstanceWrong(object self, long value) => 0;
        public static bool InstanceWrongResult(object self, int value) => false;
        public static int InstanceWrongThis(string self, int value) => value;
        public static void EnumAsInt(int day) => _ = day;
        public static void EnumAsLong(long day) => _ = day;
        public static void WrappedAsField(uint wrapped) => _ = wrapped;
        public static bool OutHiddenAsObject(out object found) => (found = "") is not null;
        public static bool OutHiddenByValue(object found) => found is not null;
        public static object ReturnsHiddenAsObject() => "";
        public static void PointerAsWord(nint bytes, void* word) => _ = bytes;
        public static uint ReturnsWrappedAsField(object self) => 0;
        public static Guid ReturnsLargeSame(object self) => default;
        public static Reference ReturnsWrappedReferenceSame(object self) => default;
        public static LargeInOne ReturnsLargeInOneSame(object self) => default;
        public static LargeInTwo ReturnsLargeInTwoSame(object self) => default;
        public static Repeated ReturnsRepeatedSame(object self) => default;
        public static Fixed ReturnsFixedSame(object self) => default;
        public static void AsByte(byte value) => _ = value;
        public static int NextByRef(ref Counter self, int step) => step;
        public static int NextByFieldRef(ref int self, int step) => step;
        public static int NextByValue(Counter self, int step) => step;
        public static void Generic<T>(int day) => _ = day;
    }

    private static class Originals
    {
        public static delegate*<int, void> Good;
        public static readonly delegate*<int, void> Frozen;
        public static int Number;
        public static delegate* unmanaged<int, void> Native;
        public static delegate*<int, int, void> Longer;
        public static delegate*<int, int> OtherResult;
    }
}
