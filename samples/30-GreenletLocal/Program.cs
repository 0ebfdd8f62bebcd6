// What a greenlet keeps in a GreenletLocal is its own: no other greenlet sees it.
using Patchy;

var x = new GreenletLocal<int>();
var y = new GreenletLocal<int>();
Greenlet.JoinAll(Greenlet.Spawn(F1), Greenlet.Spawn(F2));

void F1()
{
    x.Value = 1;
    Console.WriteLine(x.Value);
}

void F2()
{
    y.Value = 2;
    Console.WriteLine(y.Value);
    if (!x.IsValueCreated) Console.WriteLine("x is not local to f2");
}
