namespace Patchy.Conformance.Bodies;

/// <summary>FIFOs opened as files: the open waits for the other end, reads for bytes, writes for room.</summary>
internal static class FifoBodies
{
    private sealed class Fifo : IDisposable
    {
        public Fifo() => Native.MakeFifo(Path);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"patchy-{Guid.NewGuid():N}.fifo");

        public FileStream Reader() => new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);

        public FileStream Writer() => new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);

        public void Dispose() => File.Delete(Path);
    }

    [Body(Blocks = 60)]
    public static void OpenToRead_WaitsForAWriter_AndReadForBytes(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        Partner writer = Partner.Later(kind, () =>
        {
            using FileStream to = fifo.Writer();
            Outcome.Settle();
            to.Write([1, 2, 3]);
            Outcome.Settle();
        });
        FileStream? from = null;
        byte[] y = new byte[8];
        o.Took("open", 30, () => (from = fifo.Reader()).CanSeek);
        o.Took("read", 20, () => from!.Read(y));
        o.Took("end", 20, () => from!.ReadByte());
        from!.Dispose();
        writer.Join();
    }

    [Body(Blocks = 30)]
    public static void OpenToWrite_WaitsForAReader(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        byte[] y = new byte[8];
        int got = 0;
        Partner reader = Partner.Later(kind, () =>
        {
            using FileStream from = fifo.Reader();
            got = from.Read(y);
        });
        o.Took("open", 30, () =>
        {
            using FileStream to = fifo.Writer();
            to.Write([4, 5]);
            return to.CanWrite;
        });
        reader.Join();
        o.Say("read", got);
    }

    [Body(Blocks = 30)]
    public static void Write_WhenFull_WaitsForRoom(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        byte[] big = new byte[300_000];
        new Random(1).NextBytes(big);
        byte[] seen = new byte[big.Length];
        Partner reader = Partner.Start(kind, () =>
        {
            using FileStream from = fifo.Reader();
            Outcome.Settle();
            from.ReadExactly(seen);
            o.Say("then", from.ReadByte());
        });
        using (FileStream to = fifo.Writer()) o.Took("Write", 30, () => to.Write(big));
        reader.Join();
        o.Say("the same", big.AsSpan().SequenceEqual(seen));
    }

    [Body(Blocks = 30)]
    public static void File_ReadAndWriteAll_WorkOnAFifo(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        foreach ((string name, Func<object?> read) in new (string, Func<object?>)[]
        {
            ("text", () => File.ReadAllText(fifo.Path)),
            ("bytes", () => File.ReadAllBytes(fifo.Path)),
            ("lines", () => File.ReadLines(fifo.Path).ToArray()),
        })
        {
            Partner writer = Partner.Later(kind, () => File.WriteAllText(fifo.Path, "one\ntwo"));
            o.Took(name, 30, read);
            writer.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void ReadAsync_OnAFifoOpenedHere_Waits(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        Partner writer = Partner.Start(kind, () =>
        {
            using FileStream to = fifo.Writer();
            Outcome.Settle();
            to.WriteByte(9);
        });
        using FileStream from = fifo.Reader();
        byte[] y = new byte[4];
        o.Took("ReadAsync", 20, () => from.ReadAsync(y, 0, 4).Result); // a pool thread reads: the descriptor must block as ever
        writer.Join();
    }

    [Body(Blocks = 60)]
    public static void Dispose_WhileReading_LetsTheReadEnd(Outcome o, PartnerKind kind)
    {
        using var fifo = new Fifo();
        FileStream? to = null;
        Partner opener = Partner.Start(kind, () => to = fifo.Writer());
        FileStream from = fifo.Reader();
        opener.Join();
        Partner other = Partner.Later(kind, () =>
        {
            from.Dispose();
            Outcome.Settle();
            to!.Write([1, 2]);
        });
        byte[] y = new byte[4];
        o.Took("Read", 60, () => from.Read(y));
        other.Join();
        o.Does("afterwards", () => from.Read(y));
        o.Does("write without a reader", () => to!.WriteByte(1));
        to!.Dispose();
    }

    [Body]
    public static void WithoutWaiting_IsAsNatively(Outcome o)
    {
        using var fifo = new Fifo();
        using (var both = new FileStream(fifo.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0))
        {
            o.NeverSwitches("open what has a writer", () =>
            {
                using FileStream from = fifo.Reader();
                return from.Length;
            });
            both.Write([1, 2, 3]);
            byte[] y = new byte[8];
            o.NeverSwitches("read what is there", () => both.Read(y));
            o.NeverSwitches("read nothing", () => both.Read(y, 0, 0));
        }

        o.Does("create", () => new FileStream(fifo.Path, FileMode.CreateNew));
        o.Does("missing", () => new FileStream(fifo.Path + "x", FileMode.Open, FileAccess.Read));
    }
}
