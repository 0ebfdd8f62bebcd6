using System.Text;
using Patchy.Detours;

namespace Patchy.Tests.Detours;

/// <summary>This process as the engine sees it, changed in one fact.</summary>
internal static class Probes
{
    public static RuntimeProbe Real { get; } = RuntimeProbe.OfThisProcess();

    public static RuntimeLayout Layout { get; } = RuntimeLayout.Read(Real);

    public static RuntimeProbe WithText(string from, string to)
    {
        string json = Encoding.UTF8.GetString(Real.Descriptor);
        if (!json.Contains(from, StringComparison.Ordinal)) throw new ArgumentException($"the descriptor has no {from}");
        return Real with { Descriptor = Encoding.UTF8.GetBytes(json.Replace(from, to, StringComparison.Ordinal)) };
    }

    /// <summary>Reads what is there, but one byte differently.</summary>
    internal sealed class OneByteDiffers(nint address, byte value) : RuntimeMemory
    {
        public override byte ReadByte(nint at) => at == address ? value : base.ReadByte(at);
    }

    /// <summary>Reads what is there, but one word differently.</summary>
    internal sealed class OneWordDiffers(nint address, nint value) : RuntimeMemory
    {
        public override nint ReadPointer(nint at) => at == address ? value : base.ReadPointer(at);
    }
}
