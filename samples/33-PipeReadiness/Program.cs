// Two pipes to another process. Before each write and each read a greenlet waits until the pipe is ready for it; the other one runs meanwhile.
using System.Diagnostics;
using System.IO.Pipes;
using System.Net.Sockets;
using Patchy;

if (args is ["relay"]) // the other process is this same program, unpatched
{
    for (int i = 0; Console.ReadLine() is { } message; i++) Console.WriteLine($"{message} in {i}");
    return;
}

Patch.All();

using Process relay = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["relay"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
Stream to = relay.StandardInput.BaseStream, from = relay.StandardOutput.BaseStream;
Greenlet.JoinAll([Greenlet.Spawn(GetMessages), Greenlet.Spawn(PutMessages)], raiseError: true);
relay.WaitForExit();

void PutMessages()
{
    using Socket pipe = Descriptor(to);
    for (int i = 0; i < 10; i++)
    {
        pipe.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
        to.Write("hi\n"u8);
    }
    to.Close(); // the relay sees the end of its input, and ends
}

void GetMessages()
{
    using Socket pipe = Descriptor(from);
    using Stream output = Console.OpenStandardOutput();
    var buffer = new byte[4096];
    while (true)
    {
        pipe.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        int length = from.Read(buffer); // does not wait: there is something, or the end
        if (length == 0) return;
        output.Write(buffer, 0, length);
    }
}

// Whatever has a descriptor can be polled: a Socket made of it need not be one for the network.
static Socket Descriptor(Stream stream) => new(new SafeSocketHandle(((PipeStream)stream).SafePipeHandle.DangerousGetHandle(), ownsHandle: false));
