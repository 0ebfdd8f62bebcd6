namespace Patchy.Tests.Queues;

/// <summary>
/// What a queue is to do, in the plainest way: three lists, one after the other. A hand-over happens at once; a getter of a queue that chooses late takes its item when it
/// runs (<see cref="Run"/>), in the order in which it was woken.
/// </summary>
internal sealed class QueueModel(int? maxSize, Func<List<int>, int>? chooseLate)
{
    private readonly List<int> _items = [];
    private readonly List<(int Worker, bool Peek)> _getters = [];
    private readonly List<(int Worker, int Item)> _putters = [];
    private readonly List<(int Worker, bool Peek, int Copy)> _granted = [];

    public Dictionary<int, string> Results { get; } = [];

    public int? MaxSize { get; private set; } = maxSize is > 0 ? maxSize : null;

    public int Unfinished { get; private set; }

    public bool ShutDown { get; private set; }

    private int Promised => _granted.Count(g => !g.Peek);

    public int Count => _items.Count - Promised;

    public int[] Items => [.. Sorted().Skip(Promised)];

    public bool TryPut(int item)
    {
        if (Count >= (MaxSize ?? int.MaxValue)) return false;
        Admit(item);
        return true;
    }

    public int? TryTake(bool peek)
    {
        if (Count == 0) return null;
        int item = Next();
        if (peek) return item;
        _items.Remove(item);
        LetIn();
        return item;
    }

    public void Put(int worker, int item)
    {
        if (ShutDown) Results[worker] = "shut down";
        else if (TryPut(item)) Results[worker] = "put";
        else _putters.Add((worker, item));
    }

    public void Take(int worker, bool peek)
    {
        if (TryTake(peek) is { } item) Results[worker] = $"{(peek ? "saw" : "got")} {item}";
        else if (ShutDown) Results[worker] = "shut down";
        else _getters.Add((worker, peek));
    }

    /// <summary>A kill of one that waits; one that was served already is not hurt by it here.</summary>
    public void Kill(int worker)
    {
        if (_getters.RemoveAll(g => g.Worker == worker) + _putters.RemoveAll(p => p.Worker == worker) > 0) Results[worker] = "killed";
    }

    public void Resize(int? size)
    {
        MaxSize = size is > 0 ? size : null;
        LetIn();
    }

    public void Shutdown(bool immediate)
    {
        ShutDown = true;
        if (immediate)
        {
            Unfinished -= Count;
            List<int> keep = [.. Sorted().Take(Promised)];
            _items.RemoveAll(item => !keep.Contains(item));
        }
        foreach ((int worker, _) in _getters) Results[worker] = "shut down";
        foreach ((int worker, _) in _putters) Results[worker] = "shut down";
        _getters.Clear();
        _putters.Clear();
    }

    /// <summary>Those who were woken run.</summary>
    public void Run()
    {
        foreach ((int worker, bool peek, int copy) in _granted.ToArray())
        {
            _granted.RemoveAt(0);
            int item = _items.Count > 0 ? Next() : copy;
            if (!peek) _items.Remove(item);
            Results[worker] = $"{(peek ? "saw" : "got")} {item}";
        }
    }

    private void LetIn()
    {
        while (_putters.Count > 0 && Count < (MaxSize ?? int.MaxValue))
        {
            (int worker, int item) = _putters[0];
            _putters.RemoveAt(0);
            Results[worker] = "put";
            Admit(item);
        }
    }

    private void Admit(int item)
    {
        Unfinished++;
        _items.Add(item);
        while (Count > 0 && _getters.Count > 0)
        {
            (int worker, bool peek) = _getters[0];
            _getters.RemoveAt(0);
            if (chooseLate is not null)
            {
                _granted.Add((worker, peek, Next()));
                continue;
            }
            Results[worker] = $"{(peek ? "saw" : "got")} {_items[0]}";
            if (!peek) _items.RemoveAt(0);
        }
    }

    private int Next() => chooseLate is null ? _items[0] : chooseLate(_items);

    private IEnumerable<int> Sorted()
    {
        List<int> rest = [.. _items];
        while (rest.Count > 0)
        {
            int next = chooseLate is null ? rest[0] : chooseLate(rest);
            rest.Remove(next);
            yield return next;
        }
    }
}
