using System.Net.Sockets;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>
/// Two greenlets send on one connection at once, and a native thread reads: no byte is lost or comes twice, and those of each are in order. Whether a large send stays in one piece is not promised: natively
/// it does where the class library queues it, and the kernel mixes them where it does not.
/// </summary>
internal sealed class SharedSocket : IScenario
{
    private const int FrameLength = 300_000;

    public int Run(string[] args)
    {
        bool patched = Begin.Patched(args);
        int frames = Begin.Number(args, 1, 8);
        var checks = new Checks();
        foreach (bool waitsInTheBcl in new[] { false, true })
        {
            using Socket listener = TcpPair.Listen();
            using var pair = new TcpPair(listener);
            pair.Near.SendBufferSize = 32_768;
            if (waitsInTheBcl)
            {
                pair.Near.Blocking = false;
                pair.Near.Blocking = true;
            }

            Thread[] writers = [.. Enumerable.Range(1, 2).Select(n => new Thread(() =>
            {
                byte[] frame = new byte[FrameLength];
                for (int i = 0; i < frames; i++)
                {
                    Array.Fill(frame, (byte)(n << 6 | i));
                    if (pair.Near.Send(frame) != FrameLength) throw new InvalidOperationException("a part");
                }
            }))];
            foreach (Thread writer in writers) writer.Start();
            byte[] all = [];
            Vitals.Native(() => all = TcpPair.Read(pair.Far, 2 * frames * FrameLength)).Wait();
            foreach (Thread writer in writers) writer.Join();
            int[] counts = new int[256];
            bool ordered = true;
            for (int i = 0; i < all.Length; i++)
            {
                int frame = all[i] % 64;
                counts[all[i]]++;
                if (frame > 0 && counts[all[i] - 1] != FrameLength) ordered = false; // the one before it was not complete
            }

            bool whole = Enumerable.Range(1, 2).All(n => Enumerable.Range(0, frames).All(i => counts[n << 6 | i] == FrameLength));
            string how = (patched ? "patched" : "native") + (waitsInTheBcl ? ", waiting in the BCL" : "");
            checks.That($"{how}: every byte once", whole && all.Length == 2 * frames * FrameLength, $"{all.Length} bytes");
            checks.That($"{how}: those of each in order", ordered);
        }

        return checks.Finish();
    }
}
