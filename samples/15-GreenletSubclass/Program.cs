// A class of greenlets of one's own: it has its state in fields, and Run is its body.
using Patchy;

var greeter = new Greeter("Hi there!", TimeSpan.FromSeconds(1));
greeter.Start();
greeter.Join();

internal sealed class Greeter(string message, TimeSpan patience) : Greenlet
{
    protected override void Run()
    {
        Console.WriteLine(message);
        Sleep(patience);
    }
}
