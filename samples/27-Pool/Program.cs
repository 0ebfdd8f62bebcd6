// A pool is a group that lets in only so many at a time: two, then the third.
using Patchy.Pools;

var pool = new Pool(2);
pool.Map(HelloFrom, Enumerable.Range(0, 3));

bool HelloFrom(int n)
{
    Console.WriteLine($"Size of pool {pool.Count}");
    return true;
}
