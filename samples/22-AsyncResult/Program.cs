// An event that carries a value: Get waits until somebody has set it.
using Patchy;
using Patchy.Events;

var result = new AsyncResult<string>();
Greenlet.JoinAll(Greenlet.Spawn(Setter), Greenlet.Spawn(Waiter));

void Setter()
{
    Greenlet.Sleep(TimeSpan.FromSeconds(1));
    result.Set("Hello!");
}

void Waiter() => Console.WriteLine(result.Get());
