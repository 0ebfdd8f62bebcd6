using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Bench.Running;

/// <summary>
/// The most kernel threads that this process has had, looked at every few milliseconds by a thread of its own (which is one of them). That one is made
/// by the C library: a Thread of .NET would be green, or, made before Patch.All(), would have used methods that are to be patched. It allocates
/// nothing, so that it does not show in what is measured.
/// </summary>
internal sealed unsafe class ThreadPeak : IDisposable
{
    private const uint IntervalUs = 5000;
    private static readonly byte[] s_buffer = new byte[4096];
    private static SafeFileHandle? s_status;
    private static volatile bool s_ended;
    private static int s_peak;
    private nint _thread;

    public ThreadPeak()
    {
        s_status = File.OpenHandle("/proc/self/status");
        nint thread;
        // SAFETY: a start routine without arguments; the thread is joined before the handle is closed.
        if (pthread_create(&thread, null, &Watch, null) != 0) throw new InvalidOperationException("No thread to count the threads.");
        _thread = thread;
    }

    /// <summary>Ends the watching and answers.</summary>
    public int Peak()
    {
        Dispose();
        return s_peak;
    }

    public void Dispose()
    {
        if (_thread == 0) return;
        s_ended = true;
        _ = pthread_join(_thread, null);
        _thread = 0;
        s_status!.Dispose();
    }

    [UnmanagedCallersOnly]
    private static void* Watch(void* argument)
    {
        while (true)
        {
            bool last = s_ended;
            Look();
            if (last) return null;
            _ = usleep(IntervalUs);
        }
    }

    private static void Look()
    {
        int length = RandomAccess.Read(s_status!, s_buffer, 0);
        ReadOnlySpan<byte> text = s_buffer.AsSpan(0, length);
        int at = text.IndexOf("\nThreads:\t"u8);
        if (at >= 0 && Utf8Parser.TryParse(text[(at + 10)..], out int count, out _)) s_peak = Math.Max(s_peak, count);
    }

    [DllImport("libc")]
    private static extern int pthread_create(nint* thread, void* attributes, delegate* unmanaged<void*, void*> start, void* argument);

    [DllImport("libc")]
    private static extern int pthread_join(nint thread, void** result);

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
