// One setter, five waiters: an event wakes all who wait for it.
using Patchy;
using Patchy.Events;

var done = new Event();
Greenlet.JoinAll([Greenlet.Spawn(Setter), .. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Waiter))]);

void Setter()
{
    Console.WriteLine("A: Hey wait for me, I have to do something");
    Greenlet.Sleep(TimeSpan.FromSeconds(1));
    Console.WriteLine("Ok, I'm done");
    done.Set();
}

void Waiter()
{
    Console.WriteLine("I'll wait for you");
    done.Wait();
    Console.WriteLine("It's about time");
}
