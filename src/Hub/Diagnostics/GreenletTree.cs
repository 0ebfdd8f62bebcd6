using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;

namespace Patchy.Diagnostics;

/// <summary>
/// Who has spawned whom: a snapshot of the greenlets of a hub, with its main greenlet at the root. One whose spawner is not known, or has been collected,
/// stands below the root. The counterpart of gevent.util.GreenletTree.
/// </summary>
public sealed class GreenletTree
{
    private readonly List<GreenletTree> _children = [];
    private readonly GreenletInfo _info;

    private GreenletTree(GreenletInfo info) => _info = info;

    /// <summary>The greenlet at the root of this tree.</summary>
    public Greenlet Greenlet => _info.Greenlet;

    /// <summary>Those that it has spawned and that have not ended, or that have spawned such; in the order in which they were made.</summary>
    public IReadOnlyList<GreenletTree> Children => _children;

    /// <summary>True for the root of the hub that asked.</summary>
    public bool IsCurrentTree { get; private init; }

    /// <summary>The trees of all hubs. May be called from any thread: what greenlets of other carriers do may have changed meanwhile.</summary>
    public static IReadOnlyList<GreenletTree> Forest() => Build(SpawnFacts.SpawnerOf);

    /// <summary>The tree of the calling thread's hub; null when it has none. May be called from any thread.</summary>
    public static GreenletTree? CurrentTree()
    {
        foreach (GreenletTree tree in Forest())
            if (tree.IsCurrentTree) return tree;
        return null;
    }

    /// <summary>The tree as text, a line for each greenlet.</summary>
    /// <param name="details">Also where each was spawned, if that was recorded, and the values of its spawn tree.</param>
    public string Format(bool details = true)
    {
        var text = new StringBuilder();
        Append(text, "", "", details);
        return text.ToString();
    }

    /// <summary>The tree without details.</summary>
    public override string ToString() => Format(details: false);

    internal static IReadOnlyList<GreenletTree> Build(Func<Greenlet, Greenlet?> spawnerOf)
    {
        Hub? here = Hub.CurrentOrNull;
        var forest = new List<GreenletTree>();
        var nodes = new Dictionary<Greenlet, GreenletTree>();
        var living = new List<GreenletInfo>();
        foreach ((Hub hub, List<GreenletInfo> greenlets) in GreenletCensus.Take())
        {
            var root = new GreenletTree(GreenletInfo.Of(hub.Main)) { IsCurrentTree = hub == here };
            nodes[hub.Main] = root;
            forest.Add(root);
            living.AddRange(greenlets);
        }
        foreach (GreenletInfo info in living) Place(info, nodes, spawnerOf);
        foreach (GreenletTree tree in nodes.Values) tree._children.Sort(static (a, b) => a.Greenlet.Id.CompareTo(b.Greenlet.Id));
        return forest;
    }

    /// <summary>Puts it below its spawner, which is put into the tree first even if it has ended. Not recursive: trees may be deep.</summary>
    private static void Place(GreenletInfo info, Dictionary<Greenlet, GreenletTree> nodes, Func<Greenlet, Greenlet?> spawnerOf)
    {
        GreenletInfo? next = info;
        GreenletTree? below = null;
        while (next is not null)
        {
            bool known = nodes.TryGetValue(next.Greenlet, out GreenletTree? tree);
            if (!known) nodes[next.Greenlet] = tree = new GreenletTree(next);
            if (below is not null) tree!._children.Add(below);
            if (known) return;
            below = tree;
            Greenlet parent = spawnerOf(next.Greenlet) ?? next.Greenlet.Hub.Main;
            next = ReferenceEquals(parent, next.Greenlet) ? null : GreenletInfo.Of(parent);
        }
    }

    private void Append(StringBuilder text, string head, string tail, bool details)
    {
        text.Append(head).Append(_info).AppendLine();
        if (details) AppendDetails(text, tail);
        for (int i = 0; i < _children.Count; i++)
            _children[i].Append(text, tail + " +--- ", tail + (i < _children.Count - 1 ? " |    " : "      "), details);
    }

    private void AppendDetails(StringBuilder text, string tail)
    {
        if (SpawnFacts.StackOf(Greenlet) is { } stack)
        {
            text.Append(tail).AppendLine(" :  spawned at:");
            foreach (StackFrame frame in stack.GetFrames()) text.Append(tail).Append(" :    ").Append(frame.ToString().TrimEnd()).AppendLine();
        }
        if (SpawnFacts.TreeLocalsOf(Greenlet) is not { } locals) return;
        foreach ((string key, object? value) in locals) text.Append(tail).Append(" :  ").Append(key).Append(" = ").Append(value).AppendLine();
    }
}
