namespace Patchy.Conformance.Bodies;

/// <summary>Redirected standard input, and output into a pipe that is full.</summary>
internal static class InputBodies
{
    /// <summary>A pipe behind standard input; what is written to <see cref="Typist"/> is read by Console.</summary>
    private sealed class Piped : IDisposable
    {
        public Piped()
        {
            (var readEnd, var writeEnd) = Native.MakePipe();
            Native.PutBehind(0, readEnd);
            readEnd.Dispose();
            Typist = new StreamWriter(new FileStream(writeEnd, FileAccess.Write, 0)) { AutoFlush = true };
            Console.SetIn(new StreamReader(Console.OpenStandardInput()));
        }

        public StreamWriter Typist { get; }

        public void Dispose() => Typist.Dispose();
    }

    [Body(Blocks = 60)]
    public static void ReadLine_WaitsForALine(Outcome o, PartnerKind kind)
    {
        using var input = new Piped();
        Partner typist = Partner.Later(kind, () =>
        {
            input.Typist.Write("first");
            Outcome.Settle();
            input.Typist.Write(" line\nsecond\nlast");
            Outcome.Settle();
            input.Typist.Dispose();
        });
        o.Took("ReadLine", 60, () => Console.ReadLine());
        o.Does("next", () => Console.ReadLine());
        o.Took("last", 20, () => Console.ReadLine());
        o.Does("end", () => Console.ReadLine());
        typist.Join();
    }

    [Body(Blocks = 60)]
    public static void EveryOtherRead_Waits(Outcome o, PartnerKind kind)
    {
        using var input = new Piped();
        Stream raw = Console.OpenStandardInput();
        byte[] y = new byte[8];
        char[] characters = new char[2];
        foreach ((string name, Func<object?> read) in new (string, Func<object?>)[]
        {
            ("Read", () => Console.Read()),
            ("In.Read", () => Console.In.Read()),
            ("In.ReadBlock", () => Console.In.ReadBlock(characters)),
            ("stream", () => raw.Read(y, 0, 1)),
            ("stream, async", () => raw.ReadAsync(y, 0, 1).Result),
        })
        {
            Partner typist = Partner.Later(kind, () => input.Typist.Write(name == "In.ReadBlock" ? "ab" : "a"));
            o.Took(name, 30, read);
            typist.Join();
        }

        o.Does("ReadKey", () => Console.ReadKey().KeyChar);
        Partner closer = Partner.Later(kind, () =>
        {
            input.Typist.Write("the rest\n");
            input.Typist.Dispose();
        });
        o.Took("ReadToEnd", 30, () => Console.In.ReadToEnd());
        closer.Join();
    }

    [Body(Blocks = 30)]
    public static void TwoReaders_EachGetsALine(Outcome o, PartnerKind kind)
    {
        using var input = new Piped();
        string?[] lines = new string?[2];
        Partner other = Partner.Start(kind, () => lines[1] = Console.ReadLine());
        Partner typist = Partner.Later(kind, () =>
        {
            input.Typist.Write("one\n");
            Outcome.Settle();
            input.Typist.Write("two\n");
        });
        o.Took("ReadLine", 30, () =>
        {
            lines[0] = Console.ReadLine();
            return lines[0] is not null;
        });
        Partner.JoinAll(other, typist);
        o.Say("both", lines.OrderBy(l => l, StringComparer.Ordinal));
    }

    [Body(Blocks = 30)]
    public static void Write_IntoAFullPipe_WaitsForRoom(Outcome o, PartnerKind kind)
    {
        (var readEnd, var writeEnd) = Native.MakePipe();
        Native.PutBehind(1, writeEnd);
        writeEnd.Dispose();
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        string text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:x5}\n"));
        string seen = "";
        using var sink = new FileStream(readEnd, FileAccess.Read, 0);
        Partner reader = Partner.Later(kind, () =>
        {
            byte[] all = new byte[text.Length];
            sink.ReadExactly(all);
            seen = System.Text.Encoding.ASCII.GetString(all);
        });
        o.Took("Write", 30, () => Console.Write(text));
        reader.Join();
        o.Say("the same", seen == text);
        sink.Dispose();
        o.Does("without a reader", () => Console.Write("nobody"));
    }
}
