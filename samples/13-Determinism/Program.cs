// The same unordered map four times. On OS threads the kernel decides who is done first; greenlets come out in the same order each time.
using Patchy;
using Patchy.Pools;

Patch.All(); // makes the sleep in Echo cooperative on greenlets. On the threads of a NativeThreadPool it blocks as ever.

using var threads = new NativeThreadPool(10);
Console.WriteLine(AllEqual(Enumerable.Range(0, 4).Select(_ => Order(threads))));

var greenlets = new Pool(10);
Console.WriteLine(AllEqual(Enumerable.Range(0, 4).Select(_ => Order(greenlets))));

static string Order(GroupMapping pool) => string.Join(' ', pool.IMapUnordered(Echo, Enumerable.Range(0, 100)));

static int Echo(int i)
{
    Thread.Sleep(1);
    return i;
}

static bool AllEqual(IEnumerable<string> orders) => orders.Distinct().Count() == 1;
