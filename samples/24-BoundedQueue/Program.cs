// A queue with room for three: the boss has to wait for the workers. They give up when there was nothing to do for a second.
using Patchy;
using Patchy.Queues;

var tasks = new SimpleQueue<int>(maxSize: 3);
Greenlet.JoinAll(
    Greenlet.Spawn(Boss),
    Greenlet.Spawn(() => Worker("steve")),
    Greenlet.Spawn(() => Worker("john")),
    Greenlet.Spawn(() => Worker("bob")));

void Worker(string name)
{
    try
    {
        while (true)
        {
            int task = tasks.Get(TimeSpan.FromSeconds(1)); // makes room for one more
            Console.WriteLine($"Worker {name} got task {task}");
            Greenlet.Sleep(TimeSpan.Zero);
        }
    }
    catch (QueueEmptyException)
    {
        Console.WriteLine("Quitting time!");
    }
}

void Boss()
{
    for (int i = 1; i < 10; i++) tasks.Put(i); // waits while there are three
    Console.WriteLine("Assigned all work in iteration 1");
    for (int i = 10; i < 20; i++) tasks.Put(i);
    Console.WriteLine("Assigned all work in iteration 2");
}
