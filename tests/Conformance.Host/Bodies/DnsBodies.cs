using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Name resolution: getaddrinfo really blocks, so it needs a kernel thread of its own.</summary>
internal static class DnsBodies
{
    [Body]
    public static void Localhost_Resolves(Outcome o)
    {
        o.Does("addresses", () => Dns.GetHostAddresses("localhost").Select(a => a.ToString()).Order());
        o.Does("v4", () => Dns.GetHostAddresses("localhost", AddressFamily.InterNetwork));
        o.Does("v6", () => Dns.GetHostAddresses("localhost", AddressFamily.InterNetworkV6));
        o.Does("entry", () => Dns.GetHostEntry("localhost").AddressList.Length > 0);
        o.Does("entry of an address", () => Dns.GetHostEntry(IPAddress.Loopback).HostName);
        o.Does("literal", () => Dns.GetHostAddresses("127.0.0.1"));
        o.Does("host name", () => Dns.GetHostName() == Environment.MachineName || Dns.GetHostName().Length > 0);
        o.Does("own name", () => Dns.GetHostAddresses("").Length > 0);
#pragma warning disable CS0618
        o.Does("GetHostByName", () => Dns.GetHostByName("localhost").AddressList.Length > 0);
        o.Does("Resolve", () => Dns.Resolve("127.0.0.1").AddressList);
#pragma warning restore CS0618
    }

    [Body]
    public static void BadArguments_Throw(Outcome o)
    {
        o.Does("null", () => Dns.GetHostAddresses(null!));
        o.Does("too long", () => Dns.GetHostAddresses(new string('a', 300)));
        o.Does("any", () => Dns.GetHostEntry(IPAddress.Any));
        o.Does("null address", () => Dns.GetHostEntry((IPAddress)null!));
        o.Does("not a name", () => Dns.GetHostAddresses("a b c")); // libc refuses it, and asks no server
    }

    [Body(MayHold = 200)]
    public static void Async_WaitedFor_Works(Outcome o)
    {
        o.Does("addresses", () => Dns.GetHostAddressesAsync("localhost").Result.Length > 0);
        o.Does("entry", () => Dns.GetHostEntryAsync("localhost").GetAwaiter().GetResult().AddressList.Length > 0);
    }

    [Body]
    public static void ManyAtOnce_AllResolve(Outcome o)
    {
        int good = 0;
        Thread[] threads = [.. Enumerable.Range(0, 40).Select(_ => new Thread(() =>
        {
            Thread before = Thread.CurrentThread;
            if (Dns.GetHostAddresses("localhost").Length > 0 && ReferenceEquals(before, Thread.CurrentThread)) Interlocked.Increment(ref good);
        }))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        o.Say("good", good);
    }
}
