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

    /// <summary>Socket and what is built on it: TcpClient, NetworkStream, SslStream, anonymous and named pipes, HttpClient.Send.</summary>
    Socket = 32,

    /// <summary>Dns.</summary>
    Dns = 64,

    /// <summary>Socket.Select and Socket.Poll. The counterpart of gevent's patch_select.</summary>
    Select = 128,

    /// <summary>Process: waiting for its end, and its redirected streams. The counterpart of gevent's patch_subprocess.</summary>
    Process = 256,

    /// <summary>FIFOs and character devices that are opened as files.</summary>
    Pipe = 512,

    /// <summary>Console: reading from a terminal or from redirected input, writing to a full pipe.</summary>
    Console = 1024,

    /// <summary>Regular files, on kernel threads of a bounded number. Not part of <see cref="All"/>: for most programs it costs more than it gives.</summary>
    File = 2048,

    /// <summary>All that is patched by default: everything but <see cref="File"/>.</summary>
    All = Time | Thread | Monitor | Wait | Task | Socket | Dns | Select | Process | Pipe | Console,

    /// <summary>All, and <see cref="File"/> too.</summary>
    Everything = All | File,
}
