// Two greenlets poll with select for two seconds. The third is not kept waiting by them.
using System.Diagnostics;
using Patchy;
using Patchy.Selecting;

var clock = Stopwatch.StartNew();
string Tic() => $"at {clock.Elapsed.TotalSeconds:F1} seconds";

Greenlet.JoinAll(Greenlet.Spawn(Poll), Greenlet.Spawn(Poll), Greenlet.Spawn(Work));

void Poll()
{
    Console.WriteLine($"Started polling: {Tic()}");
    Descriptors.Select([], [], [], TimeSpan.FromSeconds(2));
    Console.WriteLine($"Ended polling: {Tic()}");
}

void Work()
{
    Console.WriteLine($"Hey, let's do some stuff while the greenlets poll, {Tic()}");
    Greenlet.Sleep(TimeSpan.FromSeconds(1));
}
