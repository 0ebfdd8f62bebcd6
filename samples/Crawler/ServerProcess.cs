using System.Diagnostics;
using System.Globalization;

namespace Crawler;

/// <summary>
/// The page server in a process of its own, and both ends of the pipe to it. It prints its port, then the number of pages served each time
/// that has grown; it ends when its standard input does, so it cannot outlive the one who started it.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    public const string Role = "serve-pages";
    private const int ReportEveryMs = 50;

    private readonly Process _process;
    private int _served;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Pages served so far, at most <see cref="ReportEveryMs"/> old.</summary>
    public int Served => Volatile.Read(ref _served);

    public static ServerProcess Start(int delayMs)
    {
        Process process = Self.Start(Role, delayMs);
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The page server ended before it listened.");
        var server = new ServerProcess(process, int.Parse(line, CultureInfo.InvariantCulture));
        _ = server.FollowAsync();
        return server;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The body of the server's process.</summary>
    public static async Task<int> RunAsync(int delayMs)
    {
        using var server = new PageServer(TimeSpan.FromMilliseconds(delayMs));
        Task serving = server.ServeAsync();
        await server.WarmUpAsync().ConfigureAwait(false);
        Console.WriteLine(server.Port);
        Task<int> parentGone = Task.Run(() => Console.In.Read());
        for (int told = 0; !parentGone.IsCompleted; await Task.WhenAny(parentGone, Task.Delay(ReportEveryMs)).ConfigureAwait(false))
        {
            if (serving.IsFaulted) await serving.ConfigureAwait(false);
            if (server.Served is var served && served != told) Console.WriteLine(told = served);
        }
        return 0;
    }

    private async Task FollowAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            Volatile.Write(ref _served, int.Parse(line, CultureInfo.InvariantCulture));
    }
}
