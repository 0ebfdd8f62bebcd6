namespace Patchy;

// One method for each group, as gevent has patch_socket, patch_time ... Inside of this class the names hide the types of the class library.
public static partial class Patch
{
    /// <summary>Patches these groups and those that they require. May be called from any thread. The counterpart of calling some of gevent's patch_socket, patch_time ...</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Only(PatchGroups groups) => Some(groups);

    /// <summary>Patches Thread.Sleep, Thread.Yield and SpinWait. May be called from any thread. The counterpart of gevent's patch_time.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Time() => Some(PatchGroups.Time);

    /// <summary>Patches threads and, as gevent does, what threads wait for. May be called from any thread. The counterpart of gevent's patch_thread.</summary>
    /// <param name="locks">Locks too: the group monitor.</param>
    /// <param name="events">Events, wait handles and tasks too: the groups wait and task. The counterpart of gevent's Event=.</param>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Thread(bool locks = true, bool events = true) =>
        Some(PatchGroups.Thread | (locks ? PatchGroups.Monitor : 0) | (events ? PatchGroups.Wait | PatchGroups.Task : 0));

    /// <summary>Patches lock, Monitor and System.Threading.Lock. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Monitor() => Some(PatchGroups.Monitor);

    /// <summary>Patches wait handles, events, semaphores and mutexes. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Wait() => Some(PatchGroups.Wait);

    /// <summary>Patches waiting for tasks. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Task() => Some(PatchGroups.Task);

    /// <summary>Patches Socket and so what is built on it. May be called from any thread. The counterpart of gevent's patch_socket and patch_ssl.</summary>
    /// <param name="dns">Name resolution too. Without it connecting by name resolves natively, on the hub's thread.</param>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Socket(bool dns = true) => Some(PatchGroups.Socket | (dns ? PatchGroups.Dns : 0));

    /// <summary>Patches Dns. May be called from any thread. The counterpart of gevent's patch_dns.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Dns() => Some(PatchGroups.Dns);

    /// <summary>Patches Socket.Select and Socket.Poll. May be called from any thread. The counterpart of gevent's patch_select.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Select() => Some(PatchGroups.Select);

    /// <summary>Patches waiting for processes and their redirected streams. May be called from any thread. The counterpart of gevent's patch_subprocess.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Process() => Some(PatchGroups.Process);

    /// <summary>Patches FIFOs and character devices that are opened as files. May be called from any thread.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Pipe() => Some(PatchGroups.Pipe);

    /// <summary>Patches Console. May be called from any thread. The counterpart of what gevent's patch_sys once did.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport Console() => Some(PatchGroups.Console);

    /// <summary>Patches regular files: their calls go to kernel threads of a bounded number. May be called from any thread. gevent's FileObjectThread, for all files.</summary>
    /// <exception cref="PatchException">As for <see cref="All(PatchOptions)"/>.</exception>
    public static PatchReport File() => Some(PatchGroups.File);
}
