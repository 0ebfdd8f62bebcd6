using System.Collections.Generic;

namespace Patchy;

/// <summary>
/// How <see cref="Patch.All(PatchOptions)"/> patches: a switch for each group, as gevent's patch_all has keyword arguments. Read once, by the call that gets it.
/// May be used from one thread at a time.
/// </summary>
public sealed class PatchOptions
{
    private Dictionary<string, object?>? _properties;

    /// <summary>Which groups; the groups that they require are added. <see cref="PatchGroups.All"/> by default. The switches below are bits of it.</summary>
    public PatchGroups Groups { get; set; } = PatchGroups.All;

    /// <summary>Thread.Sleep, Thread.Yield, SpinWait. The counterpart of gevent's time=.</summary>
    public bool Time { get => Has(PatchGroups.Time); set => Switch(PatchGroups.Time, value); }

    /// <summary>Thread: Start, Join, Interrupt. The counterpart of gevent's thread=.</summary>
    public bool Thread { get => Has(PatchGroups.Thread); set => Switch(PatchGroups.Thread, value); }

    /// <summary>lock, Monitor, System.Threading.Lock. In gevent a part of thread=.</summary>
    public bool Monitor { get => Has(PatchGroups.Monitor); set => Switch(PatchGroups.Monitor, value); }

    /// <summary>Wait handles, events, semaphores, mutexes. The counterpart of gevent's Event= and queue=.</summary>
    public bool Wait { get => Has(PatchGroups.Wait); set => Switch(PatchGroups.Wait, value); }

    /// <summary>Task.Wait, Task.Result and their like.</summary>
    public bool Task { get => Has(PatchGroups.Task); set => Switch(PatchGroups.Task, value); }

    /// <summary>Socket and what is built on it. The counterpart of gevent's socket= and ssl=.</summary>
    public bool Socket { get => Has(PatchGroups.Socket); set => Switch(PatchGroups.Socket, value); }

    /// <summary>Dns. The counterpart of gevent's dns=; here it does not need Socket.</summary>
    public bool Dns { get => Has(PatchGroups.Dns); set => Switch(PatchGroups.Dns, value); }

    /// <summary>Socket.Select and Socket.Poll. The counterpart of gevent's select=.</summary>
    public bool Select { get => Has(PatchGroups.Select); set => Switch(PatchGroups.Select, value); }

    /// <summary>Process: waiting for its end, and its redirected streams. The counterpart of gevent's subprocess=.</summary>
    public bool Process { get => Has(PatchGroups.Process); set => Switch(PatchGroups.Process, value); }

    /// <summary>FIFOs and character devices that are opened as files.</summary>
    public bool Pipe { get => Has(PatchGroups.Pipe); set => Switch(PatchGroups.Pipe, value); }

    /// <summary>Console: terminal and redirected input and output. The counterpart of what gevent's sys= once was.</summary>
    public bool Console { get => Has(PatchGroups.Console); set => Switch(PatchGroups.Console, value); }

    /// <summary>Regular files, on kernel threads of a bounded number. False by default.</summary>
    public bool File { get => Has(PatchGroups.File); set => Switch(PatchGroups.File, value); }

    /// <summary>The path of another manifest than the one inside Patchy. Null by default. Its format is described in docs/manifest.md.</summary>
    public string? ManifestPath { get; set; }

    /// <summary>True: a method that had already run when it was patched (see <see cref="PatchOutcome.Late"/>) is an error, and nothing is patched. False by default.</summary>
    public bool Strict { get; set; }

    /// <summary>How the stacks of greenlets are kept. <see cref="FiberKind.Auto"/> by default.</summary>
    public FiberKind FiberKind { get; set; } = FiberKind.Auto;

    /// <summary>
    /// True: each call of a replacement is counted, see <see cref="PatchReportRow.Hits"/>; costs an interlocked increment for each call. For the methods that this call
    /// patches. False by default, and then costs nothing.
    /// </summary>
    public bool CountHits { get; set; }

    /// <summary>Anything else, for subscribers of <see cref="PatchEvents"/>: Patchy does not look at it. The counterpart of gevent's unknown keyword arguments. Prefix the names.</summary>
    public IDictionary<string, object?> Properties => _properties ??= [];

    private bool Has(PatchGroups group) => (Groups & group) != 0;

    private void Switch(PatchGroups group, bool on) => Groups = on ? Groups | group : Groups & ~group;
}
