using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Patchy.AspNetCore.Tests;

/// <summary>An application on a real Kestrel on the loopback interface, with a client and what it has logged from warnings up.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    public static TheoryData<FiberKind> Kinds => new(FiberKind.User, FiberKind.Kernel);

    /// <summary>Nothing here takes that long; what does hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;

    private TestApp(WebApplication app, ConcurrentQueue<string> log)
    {
        _app = app;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Address, Timeout = Patience };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Warnings and errors.</summary>
    public ConcurrentQueue<string> Log { get; }

    public static Task<TestApp> StartAsync(FiberKind kind, Action<WebApplication> configure) => StartAsync(kind, static _ => { }, configure);

    public static async Task<TestApp> StartAsync(FiberKind kind, Action<WebApplicationBuilder> build, Action<WebApplication> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        var log = new ConcurrentQueue<string>();
        builder.Logging.ClearProviders().AddProvider(new Collector(log)).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        build(builder);
        WebApplication app = builder.Build();
        FiberKind before = Hub.DefaultFiber;
        Hub.DefaultFiber = kind; // of the hubs that start with the application
        try
        {
            configure(app);
            await app.StartAsync();
        }
        finally
        {
            Hub.DefaultFiber = before;
        }
        return new TestApp(app, log);
    }

    public async Task<string> GetAsync(string path) => await Client.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>As many requests at once as there are paths.</summary>
    public async Task<string[]> GetAllAsync(params IEnumerable<string> paths) => await Task.WhenAll(paths.Select(GetAsync)).WaitAsync(Patience);

    /// <summary>A connection that sends what is given.</summary>
    public async Task<NetworkStream> ConnectAsync(string request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        return stream;
    }

    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class Collector(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => log.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
