// Two pipes to another process. Before each write and each read a greenlet waits until the pipe is ready for it; the other one runs meanwhile.
using System.Diagnostics;
using System.IO.Pipes;
using Patchy;
using Patchy.Selecting;

if (args is ["relay"]) // the other process is this same program
{
    for (int i = 0; Console.ReadLine() is { } message; i++) Console.WriteLine($"{message} in {i}");
    return;
}

Patch.All();

using Process relay = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["relay"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
var to = (PipeStream)relay.StandardInput.BaseStream;
var from = (PipeStream)relay.StandardOutput.BaseStream;
Greenlet.JoinAll([Greenlet.Spawn(GetMessages), Greenlet.Spawn(PutMessages)], raiseError: true);
relay.WaitForExit();

void PutMessages()
{
    for (int i = 0; i < 10; i++)
    {
        Descriptors.WaitWrite(to.SafePipeHandle);
        to.Write("hi\n"u8);
    }
    to.Close(); // the relay sees the end of its input, and ends
}

void GetMessages()
{
    using Stream output = Console.OpenStandardOutput();
    var buffer = new byte[4096];
    while (true)
    {
        Descriptors.WaitRead(from.SafePipeHandle);
        int length = from.Read(buffer); // does not wait: there is something, or the end
        if (length == 0) return;
        output.Write(buffer, 0, length);
    }
}
