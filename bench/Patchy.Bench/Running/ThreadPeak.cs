using System.Buffers.Text;

namespace Patchy.Bench.Running;

/// <summary>
/// The most kernel threads that this process has had, looked at every few milliseconds by a thread of its own (which is one of them). Made before
/// Patch.All(): its thread is to stay native. It allocates nothing, so that it does not show in what is measured.
/// </summary>
internal sealed class ThreadPeak : IDisposable
{
    private const int IntervalMs = 5;
    private readonly FileStream _status = new("/proc/self/status", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
    private readonly ManualResetEvent _end = new(false);
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[4096];
    private int _peak;
    private bool _ended;

    public ThreadPeak()
    {
        Look();
        _thread = new Thread(Watch) { IsBackground = true, Name = "thread peak" };
        _thread.Start();
    }

    /// <summary>Looks once more and answers.</summary>
    public int Peak()
    {
        Dispose();
        return _peak;
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _end.Set();
        _thread.Join();
        Look();
        _status.Dispose();
        _end.Dispose();
    }

    private void Watch()
    {
        while (!_end.WaitOne(IntervalMs)) Look();
    }

    private void Look()
    {
        int length = RandomAccess.Read(_status.SafeFileHandle, _buffer, 0);
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, length);
        int at = text.IndexOf("\nThreads:\t"u8);
        if (at >= 0 && Utf8Parser.TryParse(text[(at + 10)..], out int count, out _)) _peak = Math.Max(_peak, count);
    }
}
