// The forms of a timeout: started by hand, as a block with an error of one's own, given to Join and Get, and round a call.
using Patchy;

TimeSpan seconds = TimeSpan.FromSeconds(1);

// Started, and raised wherever this greenlet waits then.
using (GreenletTimeout timeout = GreenletTimeout.StartNew(seconds))
{
    try { Greenlet.Spawn(Wait).Join(); }
    catch (GreenletTimeout) { Console.WriteLine("Could not complete"); }
}

// A block that may take only so long, and what is raised when it takes longer.
try { new GreenletTimeout(seconds, new TooLongException()).Run(() => Greenlet.Sleep(TimeSpan.FromSeconds(10))); }
catch (TooLongException) { Console.WriteLine("That took too long"); }

// Join says whether the greenlet has ended in time.
var timer = new GreenletTimeout(seconds);
if (!Greenlet.Spawn(Wait).Join(timer)) Console.WriteLine("Thread 1 timed out");

// Get needs the end, and raises.
timer = GreenletTimeout.StartNew(seconds);
try { Greenlet.Spawn(Wait).Get(timer); }
catch (GreenletTimeout) { Console.WriteLine("Thread 2 timed out"); }

// A call with a limit.
try { GreenletTimeout.Run(seconds, Wait); }
catch (GreenletTimeout) { Console.WriteLine("Thread 3 timed out"); }

// Or with a value for the case that it does not come in time.
Console.WriteLine(GreenletTimeout.WithTimeout(seconds, () => { Wait(); return "done"; }, "Thread 4 has no answer"));

static void Wait() => Greenlet.Sleep(TimeSpan.FromSeconds(10));

internal sealed class TooLongException : Exception;
