using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Scenarios.Promises;

/// <summary>Regular files: left alone by Patch.All(), and read, written and flushed on kernel threads of a bounded number with the group file.</summary>
internal sealed unsafe partial class FileGroup : IScenario
{
    private static readonly Checks s_checks = new();
    private static readonly string s_folder = Directory.CreateTempSubdirectory("patchy-files").FullName;

    public int Run(string[] args)
    {
        string native = Everything("native");
        Patch.All();
        s_checks.That("not by default", !Patch.IsPatched(PatchGroups.File));
        string all = OnGreenlet(() => Everything("all"));
        s_checks.That("the same with Patch.All()", all == native, all == native ? null : all);

        Patch.Only(PatchGroups.File);
        s_checks.That("by name", Patch.IsPatched(PatchGroups.File | PatchGroups.Time));
        string file = OnGreenlet(() => Everything("file"));
        s_checks.That("the same with the group file", file == native, file == native ? null : file);
        int turns = Turns(() => Flush(20));
        s_checks.That("others run during flushes", turns > 5, turns);
        Many();
        ReadWhatIsNotCached();

        Patch.UndoAll();
        s_checks.That("the same after the undo", Everything("undone") == native);
        Directory.Delete(s_folder, recursive: true);
        return s_checks.Finish();
    }

    /// <summary>Every kind of call, and what it gives: one line.</summary>
    private static string Everything(string name)
    {
        string path = Path.Combine(s_folder, name);
        byte[] content = new byte[100_000];
        new Random(7).NextBytes(content);
        File.WriteAllBytes(path, content);
        var seen = new List<string> { File.ReadAllBytes(path).AsSpan().SequenceEqual(content).ToString() };
        File.AppendAllText(path, "tail");
        File.Copy(path, path + ".copy");
        seen.Add(new FileInfo(path + ".copy").Length.ToString());
        using (SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            byte[] one = new byte[10], two = new byte[20];
            seen.Add(RandomAccess.Read(handle, new Memory<byte>[] { one, two }, 99_990).ToString());
            seen.Add(two[3].ToString());
            RandomAccess.Write(handle, new ReadOnlyMemory<byte>[] { one, two }, 200_000);
            RandomAccess.FlushToDisk(handle);
            seen.Add(RandomAccess.GetLength(handle).ToString());
            seen.Add(RandomAccess.Read(handle, two, 1_000_000).ToString());
        }

        using (var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096))
        {
            stream.Seek(-10, SeekOrigin.End);
            stream.Write("0123456789ab"u8);
            stream.Flush(flushToDisk: true);
            stream.Position = 99_999;
            seen.Add(stream.ReadByte().ToString());
            seen.Add(stream.Length.ToString());
            seen.Add(stream.Read(new byte[300_000]).ToString());
        }

        seen.Add(Error(() => File.ReadAllText(path + ".none")));
        seen.Add(Error(() => RandomAccess.Write(File.OpenHandle(path), [1], 0)));
        var closed = new FileStream(path, FileMode.Open);
        closed.Dispose();
        seen.Add(Error(() => closed.ReadByte()));
        return string.Join(" ", seen);
    }

    private static string Error(Action action)
    {
        try
        {
            action();
            return "nothing";
        }
        catch (Exception e)
        {
            return e.GetType().Name + e.HResult;
        }
    }

    private static void Flush(int times)
    {
        using var stream = new FileStream(Path.Combine(s_folder, "flushed"), FileMode.Create);
        for (int i = 0; i < times; i++)
        {
            stream.Write(new byte[10_000]);
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>More greenlets than there are places, each with data of its own.</summary>
    private static void Many()
    {
        int good = 0;
        OnGreenlet(() =>
        {
            Greenlet[] all = [.. Enumerable.Range(0, 100).Select(i => Greenlet.Spawn(() =>
            {
                string path = Path.Combine(s_folder, "many" + i);
                byte[] content = [.. Enumerable.Repeat((byte)i, 5000 + i)];
                File.WriteAllBytes(path, content);
                using (var stream = new FileStream(path, FileMode.Append))
                {
                    stream.WriteByte(255);
                    stream.Flush(true);
                }

                if (File.ReadAllBytes(path) is { } read && read.Length == content.Length + 1 && read[4999] == i && read[^1] == 255) good++;
            }))];
            foreach (Greenlet greenlet in all) greenlet.Join();
            return "";
        });
        s_checks.That("a hundred at once keep their data apart", good == 100, good);
    }

    /// <summary>What the page cache does not hold comes from the disk, part by part if need be.</summary>
    private static void ReadWhatIsNotCached()
    {
        string path = Path.Combine(s_folder, "cold");
        byte[] content = new byte[4 << 20];
        new Random(3).NextBytes(content);
        File.WriteAllBytes(path, content);
        bool same = true;
        OnGreenlet(() =>
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            RandomAccess.FlushToDisk(handle);
            const int DontNeed = 4;
            _ = posix_fadvise((int)handle.DangerousGetHandle(), 1 << 20, 1 << 20, DontNeed); // a hole in the cache
            byte[] read = new byte[content.Length];
            int got = RandomAccess.Read(handle, read, 0);
            same = got == content.Length && read.AsSpan().SequenceEqual(content);
            return "";
        });
        s_checks.That("a read goes on where the cache ends", same);
    }

    private static int Turns(Action action)
    {
        int turns = 0;
        OnGreenlet(() =>
        {
            bool stop = false;
            Greenlet other = Greenlet.Spawn(() =>
            {
                while (!stop)
                {
                    turns++;
                    Greenlet.Sleep(TimeSpan.Zero);
                }
            });
            action();
            stop = true;
            other.Join();
            return "";
        });
        return turns;
    }

    private static string OnGreenlet(Func<string> body)
    {
        Greenlet<string> greenlet = Greenlet.Spawn(body);
        greenlet.Join();
        return greenlet.Value!;
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(int fd, long offset, long length, int advice);
}
