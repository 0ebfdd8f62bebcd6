using System;

namespace Patchy;

/// <summary>What can be patched as a whole. The counterpart of gevent's patch_socket, patch_time, patch_thread ...</summary>
[Flags]
public enum PatchGroups
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Thread.Sleep, Thread.Yield and SpinWait.</summary>
    Time = 1,

    /// <summary>Thread: Start, Join, IsBackground, ThreadState.</summary>
    Thread = 2,

    /// <summary>lock, Monitor and System.Threading.Lock.</summary>
    Monitor = 4,

    /// <summary>WaitHandle and its events, mutexes and semaphores; SemaphoreSlim, ManualResetEventSlim and what is built on them.</summary>
    Wait = 8,

    /// <summary>Task.Wait, Task.Result and their like.</summary>
    Task = 16,

    /// <summary>Socket and what is built on it: TcpClient, NetworkStream, SslStream, pipes, HttpClient.Send.</summary>
    Socket = 32,

    /// <summary>Dns.</summary>
    Dns = 64,

    /// <summary>All of the above.</summary>
    All = Time | Thread | Monitor | Wait | Task | Socket | Dns,
}
