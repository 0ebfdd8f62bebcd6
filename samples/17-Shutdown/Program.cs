// A greenlet that would sleep for a thousand seconds, and a clean end on SIGQUIT: try `kill -QUIT` with the number that it prints.
using System.Runtime.InteropServices;
using Patchy;

var sleeper = new Greenlet(RunForever);
using IDisposable registration = Hub.SignalHandler(PosixSignal.SIGQUIT, sleeper.Kill); // runs in a greenlet of its own

sleeper.Start();
sleeper.Join();
Console.WriteLine("clean shutdown");

static void RunForever()
{
    try
    {
        Console.WriteLine($"process {Environment.ProcessId} sleeps");
        Greenlet.Sleep(TimeSpan.FromSeconds(1000));
    }
    finally
    {
        Console.WriteLine("the sleeper was woken and tidies up");
    }
}
