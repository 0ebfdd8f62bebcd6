// Three ways to get a greenlet that runs: an object that is started, Spawn of a method, Spawn of a lambda with a result.
using Patchy;

var first = new Greenlet(() => Say("Hello", after: 100));
first.Start();
Greenlet second = Greenlet.Spawn(() => Say("I live!", after: 200));
Greenlet<int> third = Greenlet.Spawn(() => 2 + 1);

Greenlet.JoinAll(first, second, third);
Console.WriteLine(third.Value);

static void Say(string message, int after)
{
    Greenlet.Sleep(TimeSpan.FromMilliseconds(after));
    Console.WriteLine(message);
}
