// Select on nothing at all: no descriptor ever gets ready, and after two seconds it says so.
using System.Diagnostics;
using Patchy.Selecting;

var clock = Stopwatch.StartNew();
var (readable, _, _) = Descriptors.Select([], [], [], TimeSpan.FromSeconds(2));
Console.WriteLine($"{readable.Count} ready after {clock.Elapsed.TotalSeconds:F0} seconds");
