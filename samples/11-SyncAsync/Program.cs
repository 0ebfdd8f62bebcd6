// Ten tasks one after the other, and the same ten as greenlets: whoever has slept its random time first is done first.
using System.Diagnostics;
using Patchy;

Console.WriteLine("Synchronous:");
Timed(() =>
{
    for (int i = 0; i < 10; i++) Work(i);
});
Console.WriteLine("Asynchronous:");
Timed(() => Greenlet.JoinAll([.. Enumerable.Range(0, 10).Select(i => Greenlet.Spawn(() => Work(i)))]));

static void Work(int id)
{
    Greenlet.Sleep(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 20)));
    Console.WriteLine($"Task {id} done");
}

static void Timed(Action action)
{
    var clock = Stopwatch.StartNew();
    action();
    Console.WriteLine($"took {clock.ElapsedMilliseconds} ms");
}
