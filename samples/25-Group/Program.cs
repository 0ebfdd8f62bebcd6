// Greenlets that belong together are waited for together. A group can be used again.
using Patchy;
using Patchy.Pools;

Greenlet bar = Greenlet.Spawn(() => Talk("bar")), foo = Greenlet.Spawn(() => Talk("foo")), fizz = Greenlet.Spawn(() => Talk("fizz"));

var group = new Group();
group.Add(bar);
group.Add(foo);
group.Join();

group.Add(fizz);
group.Join();

static void Talk(string message)
{
    for (int i = 0; i < 3; i++) Console.WriteLine(message);
}
