using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Crawler;

/// <summary>
/// Watches another process from outside, so that the watching costs the watched nothing: the most OS threads seen, and the peak of its
/// resident memory, which the kernel keeps itself.
/// </summary>
internal sealed class ProcessProbe : IDisposable
{
    private const int SampleEveryMs = 1;
    private readonly Process _process;
    private readonly FileStream? _status;
    private readonly byte[] _buffer = new byte[8192];
    private readonly Thread _sampler;
    private volatile bool _stop;

    public ProcessProbe(Process process)
    {
        _process = process;
        string path = FormattableString.Invariant($"/proc/{process.Id}/status");
        if (File.Exists(path)) _status = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        _sampler = new Thread(SampleUntilStopped) { IsBackground = true, Name = "probe" };
        _sampler.Start();
    }

    public int OsThreadsPeak { get; private set; }

    public long RssPeakKb { get; private set; }

    public void Dispose()
    {
        _stop = true;
        _sampler.Join();
        _status?.Dispose();
    }

    private void SampleUntilStopped()
    {
        while (!_stop)
        {
            try
            {
                if (_status is not null) SampleStatus(_status);
                else SamplePortably();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                return; // the process has ended
            }
            Thread.Sleep(SampleEveryMs);
        }
    }

    private void SampleStatus(FileStream status)
    {
        status.Position = 0;
        string text = Encoding.ASCII.GetString(_buffer, 0, status.Read(_buffer));
        OsThreadsPeak = Math.Max(OsThreadsPeak, (int)Field(text, "\nThreads:"));
        RssPeakKb = Math.Max(RssPeakKb, Field(text, "\nVmHWM:"));
    }

    private void SamplePortably()
    {
        _process.Refresh();
        OsThreadsPeak = Math.Max(OsThreadsPeak, _process.Threads.Count);
        RssPeakKb = Math.Max(RssPeakKb, _process.PeakWorkingSet64 / 1024);
    }

    // A process that is ending has no memory lines any more.
    private static long Field(string text, string name)
    {
        int start = text.IndexOf(name, StringComparison.Ordinal);
        if (start < 0) return 0;
        ReadOnlySpan<char> rest = text.AsSpan(start + name.Length).TrimStart();
        int end = rest.IndexOfAnyExceptInRange('0', '9');
        return long.Parse(end < 0 ? rest : rest[..end], CultureInfo.InvariantCulture);
    }
}
