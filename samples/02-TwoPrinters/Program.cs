// Ordinary threads that sleep. After the one line they are green: both run on one kernel thread, and whoever sleeps lets the other print.
using Patchy;

Patch.All();

var slow = new Thread(() => Print("slow", interval: 1000, rounds: 3));
var fast = new Thread(() => Print("fast", interval: 500, rounds: 6));
slow.Start();
fast.Start();
slow.Join();
fast.Join();

static void Print(string name, int interval, int rounds)
{
    for (int round = 1; round <= rounds; round++)
    {
        Console.WriteLine($"{name} {round}");
        Thread.Sleep(interval);
    }
}
