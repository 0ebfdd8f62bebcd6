// A semaphore that lets two in. Acquire and Release by hand, and Hold as a block that cannot forget to release.
using Patchy;
using Patchy.Locks;
using Patchy.Pools;

var semaphore = new BoundedSemaphore(2);
var pool = new Pool();
pool.Map(Worker1, Enumerable.Range(0, 2));
pool.Map(Worker2, Enumerable.Range(3, 3));

bool Worker1(int n)
{
    semaphore.Acquire();
    Console.WriteLine($"Worker {n} acquired semaphore");
    Greenlet.Sleep(TimeSpan.Zero);
    semaphore.Release();
    Console.WriteLine($"Worker {n} released semaphore");
    return true;
}

bool Worker2(int n)
{
    using (semaphore.Hold())
    {
        Console.WriteLine($"Worker {n} acquired semaphore");
        Greenlet.Sleep(TimeSpan.Zero);
    }
    Console.WriteLine($"Worker {n} released semaphore");
    return true;
}
