// A boss puts 24 tasks into a queue, three workers take them out in turns until it is empty.
using Patchy;
using Patchy.Queues;

var tasks = new SimpleQueue<int>();
Greenlet.Spawn(Boss).Join();
Greenlet.JoinAll(Greenlet.Spawn(() => Worker("steve")), Greenlet.Spawn(() => Worker("john")), Greenlet.Spawn(() => Worker("nancy")));

void Worker(string name)
{
    while (!tasks.IsEmpty)
    {
        int task = tasks.Get();
        Console.WriteLine($"Worker {name} got task {task}");
        Greenlet.Sleep(TimeSpan.Zero);
    }
    Console.WriteLine("Quitting time!");
}

void Boss()
{
    for (int i = 1; i < 25; i++) tasks.PutNoWait(i);
}
