using System.Globalization;
using System.Text;

namespace Patchy.Conformance;

/// <summary>How long somebody on this machine was ready to run and had no processor, as the kernel counts it (PSI).</summary>
internal static class Pressure
{
    private static readonly Microsoft.Win32.SafeHandles.SafeFileHandle? s_file = Native.TryOpenToRead("/proc/pressure/cpu");

    /// <summary>In ms, since the machine started; 0 where the kernel does not count. Read past the file classes: bodies are about those.</summary>
    public static double Total()
    {
        if (s_file is null) return 0;
        Span<byte> bytes = stackalloc byte[256];
        string text = Encoding.ASCII.GetString(bytes[..Native.ReadFromStart(s_file, bytes)]);
        string? some = text.Split('\n')[0].Split("total=").ElementAtOrDefault(1);
        return some is null ? 0 : long.Parse(some, CultureInfo.InvariantCulture) / 1000.0;
    }
}
