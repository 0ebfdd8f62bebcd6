// Map starts a greenlet for each item and waits for all; IMap gives the results one by one in the order of the items, IMapUnordered as they come.
using Patchy;
using Patchy.Pools;

var group = new Group();
group.Map(HelloFrom, Enumerable.Range(0, 3));

Console.WriteLine("Ordered");
foreach ((string, int) result in new Group().IMap(Intensive, Enumerable.Range(0, 3))) Console.WriteLine(result);

Console.WriteLine("Unordered");
foreach ((string, int) result in new Group().IMapUnordered(Intensive, Enumerable.Range(0, 3))) Console.WriteLine(result);

bool HelloFrom(int n)
{
    Console.WriteLine($"Size of group {group.Count}");
    Console.WriteLine($"Hello from {Greenlet.Current!.Name}");
    return true;
}

static (string, int) Intensive(int n)
{
    Greenlet.Sleep(TimeSpan.FromMilliseconds(500 * (3 - n))); // the first takes longest
    return ("task", n);
}
