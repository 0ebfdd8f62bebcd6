using System.Diagnostics;
using System.IO.Pipes;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests.IO;

/// <summary>A kill, a timeout or an interrupt meets a greenlet in a call on a FIFO, a pipe or a child process: delivered there, without a lost byte or descriptor.</summary>
public sealed class PipeKillTests
{
    private const int Settle = 40;

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_WhileOpeningAFifo_IsDeliveredAndLeavesNoDescriptor(FiberKind kind) => OnHub.Run(kind, () =>
    {
        string path = Descriptors.MakeFifo();
        for (int i = 0; i < 3; i++) Open(path);
        Descriptors.CountOf(path).Should().Be(0, "what was opened is closed by the kill");
        using (FileStream kept = new(path, FileMode.Open, FileAccess.ReadWrite)) Descriptors.CountOf(path).Should().Be(1, "one that is open is counted");
        File.Delete(path);

        static void Open(string path)
        {
            // One after the other: together they would meet.
            foreach (Action open in new Action[] { () => Descriptors.Reader(path).Dispose(), () => Descriptors.Writer(path).Dispose() })
            {
                Greenlet opener = Greenlet.Spawn(open);
                Thread.Sleep(Settle);
                opener.Ready.Should().BeFalse("nobody has opened the other end");
                opener.Kill();
                opener.Ready.Should().BeTrue();
                opener.Successful.Should().BeTrue("GreenletExit is no error, as in gevent");
            }
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Timeout_WhileReadingAFifo_IsRaisedAndTheNextReadGetsTheBytes(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (FileStream readEnd, FileStream writeEnd) = Descriptors.Pipe();
        using var progress = new Progress();
        byte[] buffer = new byte[8];
        int ticks = progress.DuringOneOf(() =>
        {
            Action read = () =>
            {
                using GreenletTimeout limit = GreenletTimeout.StartNew(TimeSpan.FromMilliseconds(Settle));
                _ = readEnd.Read(buffer);
            };
            read.Should().Throw<GreenletTimeout>();
        });
        ticks.Should().BeGreaterThan(Progress.Some);
        writeEnd.Write([1, 2, 3]);
        readEnd.Read(buffer).Should().Be(3, "the read that was given up has taken nothing");
        writeEnd.Dispose();
        readEnd.Read(buffer).Should().Be(0);
        readEnd.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_WhileReading_LosesNothingThatIsWrittenAtTheSameTime(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Rounds = 200;
        (FileStream readEnd, FileStream writeEnd) = Descriptors.Pipe();
        int got = 0;
        for (int i = 0; i < Rounds; i++)
        {
            Greenlet reader = Greenlet.Spawn(() =>
            {
                byte[] one = new byte[1];
                while (true) got += readEnd.Read(one);
            });
            Greenlet.Sleep(TimeSpan.Zero);
            Task writing = Wires.Natively(() => writeEnd.WriteByte(1));
            if (i % 2 == 0) Greenlet.Sleep(TimeSpan.Zero);
            reader.Kill();
            writing.Wait();
        }
        writeEnd.Dispose();
        byte[] rest = new byte[Rounds];
        for (int n; (n = readEnd.Read(rest)) > 0;) got += n;
        got.Should().Be(Rounds, "a byte is either read or still there");
        readEnd.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_WhileWritingToAFullPipe_IsDelivered(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (FileStream readEnd, FileStream writeEnd) = Descriptors.Pipe();
        Greenlet writer = Greenlet.Spawn(() => writeEnd.Write(new byte[1 << 20]));
        Thread.Sleep(Settle);
        writer.Ready.Should().BeFalse("the pipe holds less");
        writer.Kill();
        writer.Successful.Should().BeTrue();
        writeEnd.Dispose();
        long total = 0;
        byte[] buffer = new byte[65536];
        for (int n; (n = readEnd.Read(buffer)) > 0;) total += n;
        total.Should().BeInRange(1, (1 << 20) - 1, "what was written is written, as when a native write fails half way");
        readEnd.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Interrupt_WhileReadingAPipe_WaitsForTheNextWait(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            (FileStream readEnd, FileStream writeEnd) = Descriptors.Pipe();
            string seen = "";
            Thread reader = Wires.Start(() =>
            {
                seen = Wires.Ending(() => readEnd.ReadByte());
                seen += ", " + Wires.Ending(() => Thread.Sleep(1000));
            });
            Thread.Sleep(Settle);
            reader.Interrupt();
            Thread.Sleep(Settle);
            writeEnd.WriteByte(7);
            reader.Join();
            readEnd.Dispose();
            writeEnd.Dispose();
            return seen;
        });
        green.Should().Be(native).And.Be("7, ThreadInterruptedException", "a read is not interruptible");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Descriptor_ThatComesBackAsAnotherPipe_IsWaitedForAnew(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // The reactor is never told that a file is closed: it must not take the next pipe with that number for one it watches already.
        for (int i = 0; i < 50; i++)
        {
            (FileStream readEnd, FileStream writeEnd) = Descriptors.Pipe();
            Greenlet<int> reader = Greenlet.Spawn(readEnd.ReadByte);
            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            if (i % 2 == 0) reader.Kill();
            else writeEnd.WriteByte(5);
            reader.Join(TimeSpan.FromSeconds(10)).Should().BeTrue("round {0} must see its own pipe", i);
            readEnd.Dispose();
            writeEnd.Dispose();
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_WhileWaitingForAChild_IsDeliveredAndTheChildGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Process child = Shell("read go; exit 4");
        Greenlet waiter = Greenlet.Spawn(() => child.WaitForExit());
        Greenlet reader = Greenlet.Spawn(() => { child.StandardOutput.ReadToEnd(); });
        Thread.Sleep(Settle);
        waiter.Kill();
        reader.Kill();
        waiter.Successful.Should().BeTrue();
        reader.Successful.Should().BeTrue();
        child.HasExited.Should().BeFalse("a kill of the greenlet is not one of the child");
        child.StandardInput.WriteLine("go");
        child.WaitForExit();
        child.ExitCode.Should().Be(4);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kill_WhileANamedPipeWaitsForItsClient_IsDelivered(FiberKind kind) => OnHub.Run(kind, () =>
    {
        string name = $"patchy-kill-{Environment.ProcessId}-{kind}";
        using (var server = new NamedPipeServerStream(name, PipeDirection.InOut, 1))
        {
            Greenlet waiter = Greenlet.Spawn(server.WaitForConnection);
            Greenlet client = Greenlet.Spawn(() =>
            {
                using var nobody = new NamedPipeClientStream(".", name + "-none", PipeDirection.InOut);
                nobody.Connect();
            });
            Thread.Sleep(Settle);
            waiter.Kill();
            client.Kill();
            waiter.Successful.Should().BeTrue();
            client.Successful.Should().BeTrue();
        }
        using var next = new NamedPipeServerStream(name, PipeDirection.InOut, 1);
        using var late = new NamedPipeClientStream(".", name, PipeDirection.InOut);
        Greenlet accept = Greenlet.Spawn(next.WaitForConnection);
        late.Connect(5000);
        accept.Join(TimeSpan.FromSeconds(10)).Should().BeTrue();
        next.IsConnected.Should().BeTrue();
    });

    private static Process Shell(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start)!;
    }
}
