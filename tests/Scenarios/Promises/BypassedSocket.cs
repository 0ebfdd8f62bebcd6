using System.Net;
using System.Net.Sockets;

namespace Patchy.Scenarios.Promises;

/// <summary>
/// A socket call that goes past its replacement (here because the group is not patched; in a late patch for the moment in which the runtime moves the method to
/// another tier) waits in the BCL's own queue, whose lock is cooperative. A kill there must not leave the call's operation in the queue.
/// </summary>
internal sealed class BypassedSocket : IScenario
{
    public int Run(string[] args)
    {
        var checks = new Checks();
        _ = Patch.Only(PatchGroups.All & ~(PatchGroups.Socket | PatchGroups.Select));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        foreach (bool byTimeout in new[] { false, true })
        {
            string how = byTimeout ? "timeout" : "kill";
            using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            near.Connect(listener.LocalEndPoint!);
            using Socket far = listener.Accept();

            // An asynchronous call makes the descriptor non-blocking: from then on synchronous ones wait in the queue.
            byte[] first = new byte[1];
            Task<int> pending = near.ReceiveAsync(first);
            far.Send([1]);
            pending.Wait();
            checks.That($"{how}: the first byte came", pending.Result == 1 && first[0] == 1);

            byte[] data = new byte[30_000_000];
            Exception? seen = null;
            bool others = false;
            Greenlet victim = Greenlet.Spawn(() =>
            {
                try
                {
                    if (byTimeout) GreenletTimeout.Run(TimeSpan.FromMilliseconds(300), () => near.Send(data));
                    else near.Send(data);
                }
                catch (Exception e)
                {
                    seen = e;
                    Thread.Sleep(0);
                    Thread.Sleep(1);
                    throw;
                }
            });
            Greenlet other = Greenlet.Spawn(() =>
            {
                Thread.Sleep(50);
                others = !victim.Dead;
            });
            other.Join();
            checks.That($"{how}: others run while the send waits", others);
            if (!byTimeout) victim.Kill();
            bool ended = victim.Join(TimeSpan.FromSeconds(30));
            checks.That($"{how}: it ends", ended, victim.Exception?.GetType().Name ?? seen?.GetType().Name);

            long received = 0;
            int last = -1;
            Task reader = Task.Factory.StartNew(() =>
            {
                byte[] buffer = new byte[100_000];
                int count;
                while ((count = far.Receive(buffer)) > 0)
                {
                    received += count;
                    last = buffer[count - 1];
                }
            }, TaskCreationOptions.LongRunning);
            Task<int> next = Task.Run(() =>
            {
                int sent = near.Send([42]);
                near.Shutdown(SocketShutdown.Send);
                return sent;
            });
            checks.That($"{how}: the next send goes out", next.Wait(TimeSpan.FromSeconds(20)) && next.Result == 1);
            checks.That($"{how}: everything arrived", next.IsCompleted && reader.Wait(TimeSpan.FromSeconds(20)) && last == 42 && received > 1, received);
        }
        return checks.Finish();
    }
}
