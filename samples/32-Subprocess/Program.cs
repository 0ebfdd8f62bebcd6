// While a child process is waited for, and its output read, a greenlet goes on printing.
using System.Diagnostics;
using Patchy;

Patch.All();

Greenlet cron = Greenlet.Spawn(Cron);
using Process child = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 1; uname"]) { RedirectStandardOutput = true })!;
string output = child.StandardOutput.ReadToEnd();
child.WaitForExit();
cron.Kill();
Console.WriteLine(output.TrimEnd());

static void Cron()
{
    while (true)
    {
        Console.WriteLine("cron");
        Thread.Sleep(200);
    }
}
