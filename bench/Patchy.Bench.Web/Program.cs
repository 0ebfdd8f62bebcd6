using System.Globalization;
using Patchy.Bench.Web;

// web greenlets|pool|async sleep|socket PORT [DELAY-SERVER-PORT]   an ASP.NET Core server whose only handler waits for 20 ms
// web delay PORT                                                   what the work `socket` calls: it answers each byte after 20 ms
switch (args)
{
    case ["delay", var port]:
        await DelayServer.RunAsync(Number(port));
        return 0;
    case ["greenlets" or "pool" or "async", "sleep", var port]:
        WebServer.Run(args[0], new SleepWork(), Number(port));
        return 0;
    case ["greenlets" or "pool" or "async", "socket", var port, var delayPort]:
        WebServer.Run(args[0], new SocketWork(Number(delayPort)), Number(port));
        return 0;
    default:
        Console.Error.WriteLine("usage: web greenlets|pool|async sleep PORT\n       web greenlets|pool|async socket PORT DELAY-SERVER-PORT\n       web delay PORT");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
