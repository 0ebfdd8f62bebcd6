// What a greenlet knows of itself. An error stays in the greenlet that it ended: JoinAll does not raise it, the hub reports it on
// standard error, and Exception keeps it.
using Patchy;

Greenlet<string> winner = Greenlet.Spawn(() => "You win!");
Greenlet<string> loser = Greenlet.Spawn(string () => throw new InvalidOperationException("You fail at failing."));

bool winnerStarted = winner.Started, loserStarted = loser.Started; // who prints may lose its turn, if that takes long
Console.WriteLine(winnerStarted);
Console.WriteLine(loserStarted);

try { Greenlet.JoinAll(winner, loser); }
catch (InvalidOperationException) { Console.WriteLine("This will never be reached"); }

Console.WriteLine(winner.Value);
Console.WriteLine(loser.Value ?? "None");
Console.WriteLine(winner.Ready);
Console.WriteLine(loser.Ready);
Console.WriteLine(winner.Successful);
Console.WriteLine(loser.Successful);
Console.WriteLine(loser.Exception?.Message); // loser.Get() would throw it here
