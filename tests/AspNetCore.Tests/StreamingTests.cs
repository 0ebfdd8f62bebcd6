using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Patchy.AspNetCore.Tests;

/// <summary>Bodies read and written synchronously, server-sent events, WebSockets.</summary>
public class StreamingTests
{
    public static TheoryData<FiberKind> Kinds => TestApp.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task SynchronousWrites_WithPausesBetween_AreChunksOnTheWire(FiberKind kind)
    {
        using var go = new SemaphoreSlim(0);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", (HttpContext context) =>
            {
                context.Response.Body.Write("<p>Hello"u8);
                context.Response.Body.Flush();
                go.Wait();
                using var writer = new StreamWriter(context.Response.Body, leaveOpen: true);
                writer.Write("World</p>");
            });
            app.MapGet("/go", () => { go.Release(); return "gone"; });
        });

        await using Stream stream = await app.ConnectAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        string first = await ReadUntilAsync(stream, "8\r\n<p>Hello\r\n");
        first.Should().Contain("Transfer-Encoding: chunked").And.EndWith("\r\n\r\n8\r\n<p>Hello\r\n", "the first part comes before the second is written");
        await app.GetAsync("/go");
        (await new StreamReader(stream).ReadToEndAsync().WaitAsync(TestApp.Patience)).Should().Be("9\r\nWorld</p>\r\n0\r\n\r\n");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task BigBodies_ReadAndWrittenSynchronously_ArriveWholeWhileOthersRun(FiberKind kind)
    {
        const int Size = 5_000_000;
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapPost("/", static (HttpContext context) =>
            {
                byte[] body = new byte[64 * 1024], back = new byte[Size];
                int total = 0;
                for (int got; (got = context.Request.Body.Read(body, 0, body.Length)) > 0; total += got) Buffer.BlockCopy(body, 0, back, total, got);
                context.Response.ContentLength = total;
                context.Response.Body.Write(back, 0, total);
            });
            app.MapGet("/quick", static () => "quick");
        });
        async Task Others() => (await app.GetAsync("/quick").WaitAsync(TestApp.Patience)).Should().Be("quick");
        byte[] sent = RandomNumberGenerator.GetBytes(Size);

        Task<byte[]>[] all = [.. Enumerable.Range(0, 4).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/", UriKind.Relative)) { Content = new PausedContent(sent, Others) };
            using HttpResponseMessage answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await Others(); // while more than the buffers hold is being written
            return await answer.Content.ReadAsByteArrayAsync();
        })];

        foreach (byte[] back in await Task.WhenAll(all).WaitAsync(TestApp.Patience)) back.AsSpan().SequenceEqual(sent).Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task SynchronousIO_WhenTheOptionIsOff_IsRefusedAsTheServerDoes(FiberKind kind)
    {
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => { options.Hubs = 1; options.AllowSynchronousIO = false; });
            app.MapGet("/", static async (HttpContext context) =>
            {
                string answer = "allowed";
                try { context.Response.Body.Write("x"u8); }
                catch (InvalidOperationException exception) { answer = exception.Message; }
                await context.Response.WriteAsync(answer);
            });
        });

        (await app.GetAsync("/")).Should().Contain("Synchronous operations are disallowed");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ServerSentEvents_FromALoopThatSleeps_ComeOneByOne(FiberKind kind)
    {
        using var next = new SemaphoreSlim(0);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.MapGet("/", (HttpContext context) =>
            {
                context.Response.ContentType = "text/event-stream";
                using var writer = new StreamWriter(context.Response.Body, leaveOpen: true);
                for (int i = 0; i < 3; i++)
                {
                    writer.Write($"data: {i}\n\n");
                    writer.Flush();
                    next.Wait();
                }
            });
        });

        using Stream stream = await app.Client.GetStreamAsync(new Uri("/", UriKind.Relative));
        for (int i = 0; i < 3; i++)
        {
            (await ReadUntilAsync(stream, "\n\n")).Should().Be($"data: {i}\n\n", "each event is there before the next is asked for");
            next.Release();
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task WebSockets_FromBlockingCode_EchoBesideEachOther(FiberKind kind)
    {
        const int Sockets = 20;
        using var all = new CountdownEvent(Sockets);
        await using TestApp app = await TestApp.StartAsync(kind, app =>
        {
            app.UseGreenlets(static options => options.Hubs = 1);
            app.UseWebSockets();
            app.Map("/echo", (HttpContext context) =>
            {
                using WebSocket socket = context.WebSockets.AcceptWebSocketAsync().GetAwaiter().GetResult();
                all.Signal();
                all.Wait(); // all of them are open at once
                byte[] buffer = new byte[100];
                while (socket.ReceiveAsync(buffer, CancellationToken.None).GetAwaiter().GetResult() is { MessageType: not WebSocketMessageType.Close } got)
                {
                    Thread.Sleep(1);
                    socket.SendAsync(new ArraySegment<byte>(buffer, 0, got.Count), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).GetAwaiter().GetResult();
                }
                socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None).GetAwaiter().GetResult();
            });
        });

        await Task.WhenAll(Enumerable.Range(0, Sockets).Select(async n =>
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{app.Address.Port}/echo"), CancellationToken.None);
            byte[] buffer = new byte[100];
            for (int i = 0; i < 5; i++)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes($"{n}:{i}"), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                WebSocketReceiveResult got = await socket.ReceiveAsync(buffer, CancellationToken.None);
                Encoding.UTF8.GetString(buffer, 0, got.Count).Should().Be($"{n}:{i}");
            }
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            socket.CloseStatusDescription.Should().Be("bye");
        })).WaitAsync(TestApp.Patience);
        app.Log.Should().BeEmpty();
    }

    /// <summary>Sends its second half when something has been done between the two: the reader waits meanwhile.</summary>
    private sealed class PausedContent(byte[] bytes, Func<Task> between) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            await between();
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal) && await stream.ReadAsync(one).AsTask().WaitAsync(TestApp.Patience) == 1) text.Append((char)one[0]);
        return text.ToString();
    }
}
