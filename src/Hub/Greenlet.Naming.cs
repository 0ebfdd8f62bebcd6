using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy;

public partial class Greenlet
{
    private const int SpawningStackLimit = 10; // gevent's spawning_stack_limit

    private Spawner? _spawner;

    /// <summary>Whether greenlets remember the stack that spawned them (see <see cref="SpawningStack"/>): helps to find out where one comes from, but costs microseconds each. Off unless set. May be used from any thread.</summary>
    public static bool TrackSpawns { get; set; }

    /// <summary>A name for diagnostics: "Greenlet-" (or the name of the derived class) and its <see cref="MinimalIdent"/> unless set. May be used from any thread.</summary>
    public string Name
    {
        get => _details?.Name ?? $"{(GetType().Assembly == typeof(Greenlet).Assembly ? nameof(Greenlet) : GetType().Name)}-{MinimalIdent}";
        set => Details.Name = value;
    }

    /// <summary>A small number that no other greenlet of its hub has at the same time; given when it is first asked for, and to another greenlet once this one was collected. The counterpart of gevent's <c>minimal_ident</c>. May be called from any thread.</summary>
    public int MinimalIdent => Details.Ident(Hub).Value;

    /// <summary>The greenlet that made this one; null when it was made on a native thread or in a callback, and when that greenlet has ended and was collected. The counterpart of gevent's <c>spawning_greenlet</c>. May be called from any thread.</summary>
    public Greenlet? SpawningGreenlet => _spawner?.Greenlet;

    /// <summary>The innermost frames (10 at most) of the code that made it; null unless <see cref="TrackSpawns"/> was set then. The counterpart of gevent's <c>spawning_stack</c>. May be called from any thread.</summary>
    public StackTrace? SpawningStack => _details?.SpawningStack;

    /// <summary>
    /// Values that a greenlet shares with those it spawns, and they with theirs; the children of a main greenlet begin a tree each. An ordinary dictionary: greenlets of
    /// one hub need no lock for it. The counterpart of gevent's <c>spawn_tree_locals</c>. May be called from any thread.
    /// </summary>
    public IDictionary<string, object?> SpawnTreeLocals => Tree.Locals;

    /// <summary>For dumps: makes nothing.</summary>
    internal IDictionary<string, object?>? SpawnTreeLocalsOrNull => (_spawner?.Tree ?? _details?.OwnTree)?.LocalsOrNull;

    private SpawnTree Tree
    {
        get
        {
            if (_spawner?.Tree is { } shared) return shared;
            GreenletDetails details = Details;
            return Volatile.Read(ref details.OwnTree) ?? Interlocked.CompareExchange(ref details.OwnTree, new SpawnTree(), null) ?? details.OwnTree;
        }
    }

    // Never inlined, and no frame is skipped by its number: FromTheSpawner knows them by their class, whatever the compiler makes of the constructors.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RememberSpawner()
    {
        if (t_self is { } spawner) _spawner = spawner._details?.Spawns ?? spawner.MakeSpawns();
        if (!TrackSpawns) return;
        StackFrame[] frames = new StackTrace(fNeedFileInfo: true).GetFrames();
        Details.SpawningStack = new StackTrace(FromTheSpawner(frames));
    }

    private Spawner MakeSpawns()
    {
        var spawns = new Spawner(this, Hub.Main == this ? null : Tree);
        if (_ended) spawns.Retire(); // what is spawned while its error is reported
        return Details.Spawns = spawns;
    }

    /// <summary>Without the constructors and the Spawn methods of this class.</summary>
    private static List<StackFrame> FromTheSpawner(StackFrame[] frames)
    {
        var kept = new List<StackFrame>(SpawningStackLimit);
        foreach (StackFrame frame in frames)
        {
            if (kept.Count == SpawningStackLimit) break;
            if (kept.Count == 0 && frame.GetMethod()?.DeclaringType is { } type && typeof(Greenlet).IsAssignableFrom(type)) continue;
            kept.Add(frame);
        }
        return kept;
    }
}
