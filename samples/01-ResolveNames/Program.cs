// Three names are looked up at the same time. JoinAll waits until all are there, but two seconds at most.
using System.Net;
using Patchy;

Patch.All();

string[] names = args.Length > 0 ? args : ["localhost", Dns.GetHostName(), "127.0.0.1"];
Greenlet<IPAddress>[] jobs = [.. names.Select(name => Greenlet.Spawn(() => Dns.GetHostAddresses(name)[0]))];
Greenlet.JoinAll(jobs, TimeSpan.FromSeconds(2));

// A job that has failed, or is still at it, has no value.
foreach ((string name, Greenlet<IPAddress> job) in names.Zip(jobs)) Console.WriteLine($"{name}: {job.Value?.ToString() ?? "unknown"}");
