// Two greenlets that give each other the turn. Sleep of zero seconds is the explicit switch: others that are ready run first.
using Patchy;

Greenlet.JoinAll(Greenlet.Spawn(Foo), Greenlet.Spawn(Bar));

static void Foo()
{
    Console.WriteLine("Running in foo");
    Greenlet.Sleep(TimeSpan.Zero);
    Console.WriteLine("Explicit context switch to foo again");
}

static void Bar()
{
    Console.WriteLine("Explicit context to bar");
    Greenlet.Sleep(TimeSpan.Zero);
    Console.WriteLine("Implicit context switch back to bar");
}
