using System.Diagnostics;
using Patchy;

Patch.All();
for (int i = 0; i < 1000; i++) new Thread(() => Thread.Sleep(1000)).Start();
Thread.Sleep(500);
int osThreads = Process.GetCurrentProcess().Threads.Count;
Console.WriteLine($"1000 threads are asleep, on {osThreads} OS threads.");
