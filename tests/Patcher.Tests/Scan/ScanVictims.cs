using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Patchy.Tests.Scan;

/// <summary>Only scanned, never run.</summary>
internal static class ScanVictims
{
    public static void Sleeps() => Thread.Sleep(1);

    public static int Takes(BlockingCollection<int> items) => items.Take();

    public static string Result(Task<string> task) => task.Result;

    public static int Reads(Stream stream, byte[] buffer) => stream.Read(buffer, 0, 1);

    public static int ReadsOne(Stream stream) => stream.ReadByte();

    public static void WritesSpan(Stream stream) => stream.Write("x"u8);

    public static void ReadsAll(Stream stream, byte[] buffer) => stream.ReadExactly(buffer, 0, 1);

    public static void Copies(Stream stream, Stream target) => stream.CopyTo(target);

    public static string? Line(StreamReader reader) => reader.ReadLine();

    public static Thread Current() => Thread.CurrentThread;

    public static int Native() => getpid();

    public static unsafe int Pointer(delegate* unmanaged<int> function) => function();

    public static unsafe int Managed(delegate*<int> function) => function();

    public static Action<int> Group() => Thread.Sleep;

    public static Action Lambda(SemaphoreSlim semaphore) => () => semaphore.Wait();

    public static string Text(object value) => value.ToString() + string.Join(",", new List<int> { 1 });

    public static void Locks(object gate)
    {
        switch (gate.GetHashCode())
        {
            case 1: Sleeps(); break;
            case 2: Native(); break;
            case 3: Current(); break;
        }
        lock (gate) Text(1.5);
    }

    public static async Task<int> Later(EventWaitHandle handle)
    {
        await Task.Yield();
        return handle.WaitOne() ? 1 : 0;
    }

    [DllImport("libc")]
    private static extern int getpid();
}
