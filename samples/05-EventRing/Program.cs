// Three tasks in a ring. Each waits for its own event and then sets the next one's, so that they take turns: 1, 2, 3, ten times.
using Patchy;
using Patchy.Events;

Event[] turns = [new(), new(), new()];
Greenlet[] tasks = [.. Enumerable.Range(0, turns.Length).Select(i => Greenlet.Spawn(() => Task(i)))];
turns[0].Set();
Greenlet.JoinAll(tasks);

void Task(int i)
{
    for (int round = 1; round <= 10; round++)
    {
        turns[i].Wait();
        turns[i].Clear();
        Console.WriteLine($"round {round}: task {i + 1}");
        turns[(i + 1) % turns.Length].Set();
    }
}
