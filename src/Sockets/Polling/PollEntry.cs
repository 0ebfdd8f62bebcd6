using System.Runtime.InteropServices;

namespace Patchy.Sockets.Polling;

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public const short In = 1;
    public const short Priority = 2;
    public const short Out = 4;
    public const short Error = 8;
    public const short HangUp = 16;
    public const short Invalid = 32;

    public int Fd;
    public short Wanted;
    public short Found;
}
