using System.Diagnostics;
using System.Text;

namespace Patchy.Samples.Browser;

/// <summary>A sample that serves, in a process of its own.</summary>
internal sealed class SampleServer : IAsyncDisposable
{
    private const string Listens = "Now listening on: ";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;

    private SampleServer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Uri Address { get; private set; } = null!;

    public static async Task<SampleServer> StartAsync(string sample, string fiberKind)
    {
        var start = new ProcessStartInfo(Repository.ProgramOf(sample), ["--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATCHY_FIBER"] = fiberKind;
        var server = new SampleServer(Process.Start(start)!);
        try
        {
            server.Address = await server.ListeningAsync().WaitAsync(s_patience);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end, as Ctrl+C does; it must do that soon, with exit code 0 and without a word of error.</summary>
    public async Task StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        _process.ExitCode.Should().Be(0, "the server ends well");
        (await _errors).Should().BeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<Uri> ListeningAsync()
    {
        Uri? address = null;
        while (address is null)
        {
            string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The server has ended: {_output}\n{await _errors}");
            _output.AppendLine(line);
            if (line.IndexOf(Listens, StringComparison.Ordinal) is >= 0 and var at) address = new Uri(line[(at + Listens.Length)..]);
        }
        _ = _process.StandardOutput.ReadToEndAsync(); // or the pipe would fill up
        return address;
    }
}
