// A job in a pool puts a hundred more jobs into the same pool. Spawn waits while the pool is full; Join waits for the jobs of the job, too.
using Patchy;
using Patchy.Pools;

var pool = new Pool(10);
int running = 0, most = 0, done = 0;

_ = pool.Spawn(() =>
{
    for (int i = 0; i < 100; i++) _ = pool.Spawn(Work); // this job holds one of the ten places itself
    Console.WriteLine("the first job has spawned 100 more");
});
pool.Join();
Console.WriteLine($"{done} jobs are done, at most {most} ran beside it");

void Work()
{
    most = Math.Max(most, ++running); // no lock: greenlets of a hub take turns only where they wait
    Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    running--;
    done++;
}
