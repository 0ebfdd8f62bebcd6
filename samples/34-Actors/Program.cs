// Actors: greenlets that do nothing but take messages out of their inbox. Pinger and Ponger send each other one after the other.
using Patchy;
using Patchy.Queues;

var pinger = new Pinger();
var ponger = new Ponger();
(pinger.Ponger, ponger.Pinger) = (ponger, pinger);
pinger.Start();
ponger.Start();
pinger.Inbox.Put("start");
Greenlet.JoinAll(pinger, ponger);

internal abstract class Actor : Greenlet
{
    public SimpleQueue<string> Inbox { get; } = new();

    protected abstract void Receive(string message);

    protected override void Run()
    {
        foreach (string message in Inbox) Receive(message); // until the inbox is shut down
    }
}

internal sealed class Pinger : Actor
{
    private int _rounds;

    public Actor? Ponger { get; set; }

    protected override void Receive(string message)
    {
        Console.WriteLine(message);
        if (++_rounds > 5)
        {
            Ponger!.Inbox.Shutdown();
            Inbox.Shutdown();
            return;
        }
        Ponger!.Inbox.Put("ping");
        Yield();
    }
}

internal sealed class Ponger : Actor
{
    public Actor? Pinger { get; set; }

    protected override void Receive(string message)
    {
        Console.WriteLine(message);
        Pinger!.Inbox.Put("pong");
        Yield();
    }
}
